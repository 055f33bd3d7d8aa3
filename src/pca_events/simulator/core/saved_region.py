"""Everything that an account has in a Region as plain data: its CAs, idempotency tokens and scheduled tasks."""

from typing import Any

from pca_events.simulator.core.region_state import RegionState
from pca_events.simulator.core.saved_authorities import restored_authority, saved_authority
from pca_events.simulator.core.saved_records import DamagedState, Record, moment_text
from pca_events.simulator.core.saved_tasks import restored_task, saved_tasks


def saved_region(state: RegionState) -> dict[str, Any]:
    """What an account has in a Region. Called while no operation and no task is in progress."""
    with state.lock:
        return {
            "region": state.region,
            "authorities": [saved_authority(each) for each in state.authorities.values()],
            "tokens": [
                {"scope": scope, "token": token, "used_at": moment_text(used_at), "arn": arn}
                for (scope, token), (used_at, arn) in state.tokens.items()
            ],
            "tasks": list(saved_tasks(state)),
        }


def restore_region(state: RegionState, record: Record) -> None:
    """Add what was saved to a Region without CAs.

    Raises:
        DamagedState: the record is not what `saved_region` returns.
    """
    with state.lock:
        for each in record.records("authorities"):
            authority = restored_authority(state, each)
            if authority.arn in state.authorities:
                raise DamagedState(f"{each.place}.id occurs twice")
            state.authorities[authority.arn] = authority
        for each in record.records("tokens"):
            state.tokens[each.text("scope"), each.text("token")] = each.moment("used_at"), each.text("arn")
        tasks = [restored_task(state, each) for each in record.records("tasks")]
    for due, task in tasks:
        state.scheduler.add(due, task)
