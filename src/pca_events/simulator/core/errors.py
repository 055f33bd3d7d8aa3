"""The errors of the service, as its API returns them."""


class ServiceError(Exception):
    """An error of the service, as its API answers it.

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
    """The ARN is of another form than the operation needs."""
    return ServiceError("InvalidArnException", f"The ARN is not valid: {arn}")


def invalid_args(message: str) -> ServiceError:
    """An argument, or the way arguments go together, is wrong."""
    return ServiceError("InvalidArgsException", message)


def invalid_request(message: str) -> ServiceError:
    """The request cannot be carried out, or is forbidden."""
    return ServiceError("InvalidRequestException", message)


def invalid_state(message: str) -> ServiceError:
    """The state of the CA does not allow the operation."""
    return ServiceError("InvalidStateException", message)


def validation(message: str) -> ServiceError:
    """The error that AWS services share for a value outside of its constraints."""
    return ServiceError("ValidationException", message)


def malformed_csr(message: str) -> ServiceError:
    """The certificate signing request cannot be read or does not hold."""
    return ServiceError("MalformedCSRException", message)


def malformed_certificate(message: str) -> ServiceError:
    """An imported certificate cannot be read or cannot be that of a CA."""
    return ServiceError("MalformedCertificateException", message)


def mismatch(message: str) -> ServiceError:
    """An imported certificate does not belong to the CA or to its chain."""
    return ServiceError("CertificateMismatchException", message)


def in_progress(message: str) -> ServiceError:
    """What is asked for is still being made."""
    return ServiceError("RequestInProgressException", message)


def failed(message: str) -> ServiceError:
    """What is asked for could not be made."""
    return ServiceError("RequestFailedException", message)
