"""The errors of the service, as its API returns them."""


class ServiceError(Exception):
    """An error of the service, as its API returns it.

    Attributes:
        code: the name of the error, such as `ResourceNotFoundException`.
        message: what the caller reads.
        status: the HTTP status.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def not_found(arn: str) -> ServiceError:
    """No such resource."""
    return ServiceError("ResourceNotFoundException", f"Could not find resource {arn}")


def invalid_arn(arn: str) -> ServiceError:
    """The ARN does not have the form that the operation needs."""
    return ServiceError("InvalidArnException", f"The ARN is not valid: {arn}")


def invalid_args(message: str) -> ServiceError:
    """An argument, or a combination of arguments, is invalid."""
    return ServiceError("InvalidArgsException", message)


def invalid_request(message: str) -> ServiceError:
    """The request cannot be carried out, or is forbidden."""
    return ServiceError("InvalidRequestException", message)


def invalid_state(message: str) -> ServiceError:
    """The state of the CA does not allow the operation."""
    return ServiceError("InvalidStateException", message)


def validation(message: str) -> ServiceError:
    """The common error of AWS services for a value that violates its constraints."""
    return ServiceError("ValidationException", message)


def malformed_csr(message: str) -> ServiceError:
    """The certificate signing request cannot be read or is invalid."""
    return ServiceError("MalformedCSRException", message)


def malformed_certificate(message: str) -> ServiceError:
    """An imported certificate cannot be read or is not a CA certificate."""
    return ServiceError("MalformedCertificateException", message)


def mismatch(message: str) -> ServiceError:
    """An imported certificate does not belong to the CA or to its chain."""
    return ServiceError("CertificateMismatchException", message)


def in_progress(message: str) -> ServiceError:
    """The requested resource is still being created."""
    return ServiceError("RequestInProgressException", message)


def failed(message: str) -> ServiceError:
    """The requested resource could not be created."""
    return ServiceError("RequestFailedException", message)
