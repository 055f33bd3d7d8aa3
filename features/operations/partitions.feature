@backend @operations
Feature: Partitions of AWS
  AWS China, AWS GovCloud (US), the European Sovereign Cloud and the isolated Regions are partitions of
  their own. The second field of each ARN names the partition, so a rule with a condition on the ARN of a
  CA in another partition never fires.

  @id:operations.partitions.revoke @documented @success
  Scenario Outline: A revocation in <region> sends events whose ARNs are of the partition <partition>
    Given a caller in the Region <region>
    And an active CA that publishes its CRL to a bucket that is as documented
    And a certificate issued by the CA
    When RevokeCertificate is called
    Then AWS Private CA sends exactly "certificate-revocation-success, crl-generation-success"
    And the ARNs in the event are of the partition <partition>
    And the bucket contains a CRL that lists the certificate

    Examples:
      | region          | partition  |
      | us-gov-west-1   | aws-us-gov |
      | cn-north-1      | aws-cn     |
      | eusc-de-east-1  | aws-eusc   |
      | us-iso-east-1   | aws-iso    |
      | us-isob-east-1  | aws-iso-b  |
      | eu-isoe-west-1  | aws-iso-e  |
      | us-isof-south-1 | aws-iso-f  |

  @id:operations.partitions.failed-report @documented @failure
  Scenario Outline: A failed audit report in <region> is an event of the partition <partition>
    Given a caller in the Region <region>
    And a CA with status ACTIVE
    And a bucket that has no policy
    When CreateCertificateAuthorityAuditReport is called
    Then AWS Private CA sends exactly "audit-report-generation-failure"
    And the ARNs in the event are of the partition <partition>

    Examples:
      | region         | partition  |
      | us-gov-east-1  | aws-us-gov |
      | cn-northwest-1 | aws-cn     |
      | eusc-de-east-1 | aws-eusc   |
      | us-iso-west-1  | aws-iso    |
