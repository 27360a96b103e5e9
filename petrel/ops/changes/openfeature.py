"""Petrel's flags for whoever asks by OpenFeature (https://openfeature.dev). Only where `openfeature-sdk` is installed:
`pip install petrel[openfeature]`; nothing of Petrel itself needs it.

    openfeature.api.set_provider(Flags())
    openfeature.api.get_client().get_boolean_value("packed-answers", True, EvaluationContext(str(account)))
"""

from collections.abc import Mapping, Sequence
from typing import Any

from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import FlagResolutionDetails, Reason
from openfeature.provider import AbstractProvider, Metadata

from petrel.core import flags


class Flags(AbstractProvider):
    """The targeting key is the number of an account; without one it is a visitor who asks."""

    def get_metadata(self) -> Metadata:
        return Metadata("petrel")

    def resolve_boolean_details(self, flag_key: str, default_value: bool,
                                evaluation_context: EvaluationContext | None = None) -> FlagResolutionDetails[bool]:
        flag = flags.FLAGS.get(flag_key)
        if flag is None:
            return FlagResolutionDetails(default_value, ErrorCode.FLAG_NOT_FOUND, f"there is no flag {flag_key}")
        who = evaluation_context.targeting_key if evaluation_context is not None else None
        if who and not (who.isascii() and who.isdigit() and len(who) < 20):
            return FlagResolutionDetails(default_value, ErrorCode.INVALID_CONTEXT,
                                         "the targeting key is the number of an account")
        value = flag.is_on(int(who) if who else None)
        return FlagResolutionDetails(value, reason=Reason.TARGETING_MATCH if who else Reason.STATIC,
                                     variant="on" if value else "off",
                                     flag_metadata={"owner": flag.owner, "until": flag.until.isoformat()})

    def resolve_string_details(self, flag_key: str, default_value: str,
                               evaluation_context: EvaluationContext | None = None) -> FlagResolutionDetails[str]:
        return _other(default_value)

    def resolve_integer_details(self, flag_key: str, default_value: int,
                                evaluation_context: EvaluationContext | None = None) -> FlagResolutionDetails[int]:
        return _other(default_value)

    def resolve_float_details(self, flag_key: str, default_value: float,
                              evaluation_context: EvaluationContext | None = None) -> FlagResolutionDetails[float]:
        return _other(default_value)

    def resolve_object_details(self, flag_key: str, default_value: Sequence[Any] | Mapping[str, Any],
                               evaluation_context: EvaluationContext | None = None) -> FlagResolutionDetails[Any]:
        return _other(default_value)


def _other(default: Any) -> FlagResolutionDetails[Any]:
    return FlagResolutionDetails(default, ErrorCode.TYPE_MISMATCH, "all flags here are on or off")
