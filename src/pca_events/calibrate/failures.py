"""What EventBridge on AWS does with an event that it cannot deliver: retries, and dead-letter queues."""

from dataclasses import replace

from pca_events.calibrate.retry import flaky_target
from pca_events.calibrate.trial import RULE, Behaviour, TrialSetup, awaited, behaviour, sample, soon
from pca_events.harness.resources import Queue, Target

_DEAD_LETTERS = "User Guide, Using dead-letter queues to process undelivered events"
_RETRIES = "User Guide, How EventBridge retries delivering events"
_UNREACHED = "AWS does not reach the target of the trial, which fails on purpose"


@behaviour("a failed delivery is retried", _RETRIES, on_aws=_UNREACHED)
def retry(setup: TrialSetup) -> bool:
    """Deliver to a target that fails once."""
    with setup.bus() as bus, flaky_target(setup.session, bus, RULE) as flaky:
        bus.put_rule_under_test(RULE, sample().pattern)
        bus.modify_out_of_band(flaky.target)
        bus.publish(sample().event)
        bus.deliveries()
        return soon(flaky.reached)


@behaviour("retries end at MaximumRetryAttempts, and the dead letter says so", _DEAD_LETTERS, on_aws=_UNREACHED)
def retry_limit(setup: TrialSetup) -> bool:
    """Deliver to a target that fails once, without retries."""
    with setup.bus() as bus, flaky_target(setup.session, bus, RULE) as flaky:
        letters = Queue(f"{bus.name}-letters", open=True)
        bus.create("letters", letters)
        bus.put_rule_under_test(RULE, sample().pattern)
        limits = {
            "DeadLetterConfig": {"Arn": bus.queue_arn(letters.name)},
            "RetryPolicy": {"MaximumRetryAttempts": 0},
        }
        bus.modify_out_of_band(replace(flaky.target, options={**flaky.target.options, **limits}))
        bus.publish(sample().event)
        letter = awaited(setup.session, letters.name, lambda _: True)
        return letter is not None and letter.attributes.get("EXHAUSTED_RETRY_CONDITION") == "MaximumRetryAttempts"


@behaviour("an event that cannot be delivered is sent to the dead-letter queue", _DEAD_LETTERS)
def dead_letter_queue(setup: TrialSetup) -> bool:
    """Deliver to a queue that does not exist."""
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, sample().pattern)
        dead_letters = {"DeadLetterConfig": {"Arn": bus.queue_arn()}, "RetryPolicy": {"MaximumRetryAttempts": 0}}
        bus.modify_out_of_band(Target(bus.name, RULE, bus.queue_arn(f"{bus.name}-nowhere"), dead_letters))
        (stamped,) = bus.publish(sample().event)
        return len(bus.deliveries({(RULE, stamped)})) == 1


@behaviour("a dead letter names rule, target and error in its attributes", _DEAD_LETTERS)
def dead_letter_attributes(setup: TrialSetup) -> bool:
    """Deliver to a queue that does not exist."""
    with setup.bus() as bus:
        nowhere = bus.queue_arn(f"{bus.name}-nowhere")
        bus.put_rule_under_test(RULE, sample().pattern)
        bus.modify_out_of_band(Target(bus.name, RULE, nowhere, {"DeadLetterConfig": {"Arn": bus.queue_arn()}}))
        (stamped,) = bus.publish(sample().event)
        letter = awaited(setup.session, bus.name, lambda message: message.event.get("id") == stamped)
        if letter is None:
            return False
        expected = {"RULE_ARN": bus.backend.rule_arn(bus.name, RULE), "TARGET_ARN": nowhere}
        told = letter.attributes
        return expected.items() <= told.items() and bool(told.get("ERROR_CODE") and told.get("ERROR_MESSAGE"))


@behaviour("a delivery without permission is not retried", _RETRIES)
def no_permission_no_retry(setup: TrialSetup) -> bool:
    """Deliver to a queue without a policy: a dead letter comes at once, although retries would take a day."""
    with setup.bus() as bus:
        queue = Queue(f"{bus.name}-guarded")
        bus.create("guarded", queue)
        bus.put_rule_under_test(RULE, sample().pattern)
        dead_letters = {"DeadLetterConfig": {"Arn": bus.queue_arn()}}
        bus.modify_out_of_band(Target(bus.name, RULE, bus.queue_arn(queue.name), dead_letters))
        (stamped,) = bus.publish(sample().event)
        letter = awaited(setup.session, bus.name, lambda message: message.event.get("id") == stamped)
        return letter is not None and letter.attributes.get("RETRY_ATTEMPTS", "0") == "0"


FAILURES: tuple[Behaviour, ...] = (
    retry,
    retry_limit,
    dead_letter_queue,
    dead_letter_attributes,
    no_permission_no_retry,
)
"""The behaviours of this module."""
