"""Recommendations that react to each event: popularity and co-occurrence, kept up to date incrementally.

    recommender = Recommender(Config(depth=1000))
    recommender.restock(Item.from_body(body, arrival))
    recommender.record(event, person_id)
    recommender.recommend(Query("popular"), parse_filters({}), None, now)[0:20]

Sources: SAR and ItemKNN for the shape, Cormode et al. 2009 for the decay, Schelter et al. 2019 for the caps.
"""

from mock_server.state.recommender.config import Config
from mock_server.state.recommender.engine import Recommender
from mock_server.state.recommender.filters import FilterError, parse_filters
from mock_server.state.recommender.pages import Entry, Page
from mock_server.state.recommender.ranking import Query, Ranking, StaleRankingError
from mock_server.state.recommender.strategies import ALIASES, IMPERSONAL, STRATEGIES

__all__ = [
    "ALIASES",
    "IMPERSONAL",
    "STRATEGIES",
    "Config",
    "Entry",
    "FilterError",
    "Page",
    "Query",
    "Ranking",
    "Recommender",
    "StaleRankingError",
    "parse_filters",
]
