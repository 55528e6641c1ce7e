"""All rules, in the order in which their findings are listed."""

from collections.abc import Sequence

from mock_server.lint.events import EventFamily, EventName
from mock_server.lint.fields import AttributeBesideFields, UnknownField
from mock_server.lint.filters import FilterValue, UnknownAttribute
from mock_server.lint.ids import UnknownItem, UnservedRecommendation
from mock_server.lint.nulls import NeedlessNull
from mock_server.lint.sent import SentRule
from mock_server.lint.timestamps import LooseTimestamp
from mock_server.lint.unset import UnsetId
from mock_server.lint.values import PriceIsText, UnreadableTimestamp

SENT_RULES: Sequence[SentRule] = (
    UnknownField(),
    AttributeBesideFields(),
    EventName(),
    EventFamily(),
    UnknownItem(),
    UnservedRecommendation(),
    UnreadableTimestamp(),
    PriceIsText(),
    LooseTimestamp(),
    NeedlessNull(),
    UnknownAttribute(),
    FilterValue(),
    UnsetId(),
)
