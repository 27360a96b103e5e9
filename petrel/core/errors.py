"""The one tree of things that go wrong.

    PetrelError
    ├── NotFound             missing, or not for this viewer to see: callers are never told which
    │   └── Gone(reason)     taken away by others than its author, for somebody who could see it before
    ├── Refused(reason)      seen, but not allowed
    ├── Invalid(field, ..)   what was sent breaks a rule
    ├── Conflict             somebody else was first
    ├── TooMany(retry_after_s)
    ├── Full                 the disk is: reading and deleting go on
    ├── Unavailable          we cannot now; later perhaps
    └── Unauthenticated      we do not know who asks

The first line of a class's docstring is the default text a person is shown, so a subclass such as
`class AlreadyVoted(Invalid): \"\"\"You have already voted on this poll\"\"\"` needs nothing else.
Doors map the tree to statuses in one table (`api/http/errors.py`). What only the log may know goes
into `detail` or `__cause__`, and never reaches an answer.
"""


def default_text(kind: type) -> str:
    """First line of the nearest docstring on the way up the tree."""
    doc = next(base.__doc__ for base in kind.__mro__ if base.__doc__)
    return doc.strip().partition("\n")[0]


class PetrelError(Exception):
    """Something went wrong on our side"""

    def __init__(self, message: str | None = None, *, detail: object = None) -> None:
        self.message = message or default_text(type(self))
        self.detail = detail
        super().__init__(self.message)


class NotFound(PetrelError):
    """Record not found"""

    def __init__(self, message: str | None = None, *, reason: str = "", detail: object = None) -> None:
        """`reason`: a word for why, only where the law lets this viewer know (docs/law/visibility.md section 3)."""
        super().__init__(message, detail=detail)
        self.reason = reason


class Gone(NotFound):
    """This is no longer here"""


class Withheld(Gone):
    """This is withheld in your country because of a legal order"""

    def __init__(self, case_number: str = "", notice_url: str = "", *, reason: str = "withheld") -> None:
        """`notice_url`: where the order can be read."""
        super().__init__(reason=reason)
        self.case_number = case_number
        self.notice_url = notice_url


class Refused(PetrelError):
    """This action is not allowed"""

    def __init__(self, reason: str = "", message: str | None = None, *, detail: object = None) -> None:
        """`reason` is a code of the law such as "deny.blocked"; it goes to the log only."""
        super().__init__(message, detail=detail)
        self.reason = reason


class Invalid(PetrelError):
    """Record invalid"""

    def __init__(
        self,
        field: str | None = None,
        message: str | None = None,
        *,
        details: dict[str, list[dict[str, str]]] | None = None,
        detail: object = None,
    ) -> None:
        """`field` as the API names it: the text becomes "Validation failed: Field message".

        Without a field the message, or the docstring of the subclass, is the whole text.
        `details` is the machine-readable form that sign-up answers with: field -> [{error, description}].
        """
        super().__init__(message, detail=detail)
        self.field = field
        self.details = details


class Conflict(PetrelError):
    """This was changed by somebody else at the same moment, or exists already"""


class TooMany(PetrelError):
    """Too many requests"""

    def __init__(self, retry_after_s: float = 60, message: str | None = None, *, detail: object = None) -> None:
        super().__init__(message, detail=detail)
        self.retry_after_s = retry_after_s


class Full(PetrelError):
    """The disk of this site is nearly full: nothing new is taken for a while. Reading and deleting work"""

    retry_after_s = 60.0


class Unavailable(PetrelError):
    """This is not available just now; please try again"""

    def __init__(self, message: str | None = None, *, retry_after_s: float = 5, detail: object = None) -> None:
        super().__init__(message, detail=detail)
        self.retry_after_s = retry_after_s


class Unauthenticated(PetrelError):
    """The access token is invalid"""
