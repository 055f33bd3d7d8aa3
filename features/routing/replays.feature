@backend @delivers
Feature: Archives and replays
  An archive keeps the events of a bus that match its pattern. A replay sends them to the bus again, each
  with a replay-name, by which a rule can tell them from new events.

  Rule: A replay delivers what the archive contains

    @id:routing.replays.filtered @needs_archive_and_replay @controls
    Scenario Outline: An archive for "<event>" replays that event and no other
      Given a rule for events where
        | field  | condition        |
        | source | is "aws.acm-pca" |
      When the bus gets an archive for "<event>" before any event is published
      And each documented event is published
      And the archive is replayed
      Then the replay delivers "<event>"

      Examples:
        | event                                 |
        | ca-creation-success                   |
        | certificate-issuance-success          |
        | certificate-revocation-success        |
        | crl-generation-failure-s3-permissions |
        | crl-generation-failure-internal       |
        | audit-report-generation-failure       |

    @id:routing.replays.unarchived @needs_archive_and_replay @controls
    Scenario Outline: "<other>" is not replayed from an archive for "<event>"
      Given an applied configuration for the event "<other>"
      When the bus gets an archive for "<event>" before any event is published
      And the event "<other>" is published
      Then the number of archived events is 0

      Examples:
        | event                              | other                                 |
        | ca-creation-success                | ca-creation-failure                   |
        | certificate-issuance-failure       | certificate-issuance-success          |
        | crl-generation-failure-s3-internal | crl-generation-failure-s3-permissions |
        | audit-report-generation-failure    | certificate-revocation-success        |

    @id:routing.replays.again @needs_archive_and_replay
    Scenario Outline: The replayed "<event>" meets its contract
      Given an applied configuration for the event "<event>"
      When the bus gets an archive before any event is published
      And the event "<event>" is published
      And the archive is replayed
      Then "<event>" is delivered again by the replay

      Examples:
        | event                           |
        | ca-creation-failure             |
        | certificate-revocation-success  |
        | crl-generation-failure-internal |
        | audit-report-generation-success |

  Rule: A replay can be limited to some rules

    @id:routing.replays.to-rule @needs_archive_and_replay @controls
    Scenario Outline: A replay to <rule> only delivers "<replayed>"
      Given an applied configuration for the event "<event>"
      When the bus gets an archive before any event is published
      And the event "<event>" is published
      And the archive is replayed to <rule> only
      Then the replay delivers "<replayed>"

      Examples:
        | rule                | event                           | replayed                        |
        | the rule under test | certificate-issuance-success    | certificate-issuance-success    |
        | the rule under test | crl-generation-failure-internal | crl-generation-failure-internal |
        | the catch-all rule  | certificate-issuance-success    | nothing                         |
        | the catch-all rule  | crl-generation-failure-internal | nothing                         |

  Rule: A rule that excludes replays receives new events only

    @id:routing.replays.excluded @needs_archive_and_replay @controls
    Scenario Outline: A rule that excludes replays receives "<event>" once
      Given an applied configuration for the event "<event>"
      When the bus gets an archive before any event is published
      And the rule excludes replays before any event is published
      And the event "<event>" is published
      And the archive is replayed
      Then the target receives the event
      And the replay delivers "nothing"

      Examples:
        | event                           |
        | ca-creation-failure             |
        | certificate-issuance-success    |
        | crl-generation-success          |
        | audit-report-generation-failure |

  Rule: A replayed event is not archived again

    @id:routing.replays.archived-once @needs_archive_and_replay @controls
    Scenario Outline: The rule of the archive does not fire on the replayed "<event>"
      Given an applied configuration for the event "<event>"
      When the bus gets an archive before any event is published
      And the event "<event>" is published
      And the archive is replayed
      Then the number of archived events is 1
      And the replayed event is not archived again

      Examples:
        | event                                 |
        | ca-creation-success                   |
        | certificate-issuance-failure          |
        | crl-generation-failure-s3-permissions |
        | audit-report-generation-success       |
