"""The home rules on cases worked out by hand. Person 1 is the viewer; the ids are the story's order."""

import numpy as np
import pytest

from petrel.ops.replay.oracle import Oracle, contradictions

ME, ANN, BOB, EVE = 1, 2, 3, 4  # I follow Ann and Bob; nobody follows Eve; Ann follows Eve
FOLLOWS = np.array([[ME, ANN], [ME, BOB], [ANN, EVE]])


class Story:
    """Writes down what the site acknowledged."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, int, int]] = []

    def post(self, entry: int, who: int, answers: int = -1) -> None:
        self.rows.append((entry, entry, who, answers))

    def boost(self, entry: int, who: int, under: int) -> None:
        self.rows.append((entry, under, who, -1))

    def oracle(self) -> Oracle:
        entry, under, actor, answered = np.array(self.rows, np.int64).reshape(-1, 4).T
        return Oracle(entry, under, actor, answered, FOLLOWS)

    def home(self, viewer: int = ME) -> list[int]:
        return [entry for entry, _ in self.oracle().home(viewer)]


@pytest.fixture
def story() -> Story:
    return Story()


def test_posts_of_those_i_follow_and_my_own_newest_first(story: Story) -> None:
    story.post(10, ANN)
    story.post(11, EVE)
    story.post(12, ME)
    story.post(13, BOB)
    assert story.home() == [13, 12, 10]
    assert story.home(EVE) == [11]
    assert story.home(99) == []


def test_a_reply_counts_when_it_answers_its_author_me_or_somebody_i_follow(story: Story) -> None:
    story.post(10, ANN, answers=ANN)
    story.post(11, ANN, answers=ME)
    story.post(12, ANN, answers=BOB)
    story.post(13, ANN, answers=EVE)
    story.post(14, ME, answers=EVE)
    assert story.home() == [14, 12, 11, 10]


def test_a_boost_counts_whoever_wrote_the_post_and_also_when_it_is_a_reply(story: Story) -> None:
    story.post(10, EVE)
    story.post(11, EVE, answers=99)
    story.boost(20, ANN, under=10)
    story.boost(21, BOB, under=11)
    story.boost(22, EVE, under=10)
    assert story.oracle().home(ME) == [(21, 11), (20, 10)]


def test_my_own_boost_counts_and_hides_a_later_one_of_the_same_post(story: Story) -> None:
    story.post(10, EVE)
    story.boost(20, ME, under=10)
    story.boost(21, ANN, under=10)
    assert story.home() == [20]


def test_a_boost_of_a_post_that_stands_there_is_left_out(story: Story) -> None:
    story.post(10, ANN)
    story.boost(20, BOB, under=10)
    story.boost(21, ANN, under=10)
    assert story.home() == [10]


def test_a_post_comes_back_when_forty_others_stand_between(story: Story) -> None:
    story.post(10, ANN)
    for entry in range(100, 139):
        story.post(entry, BOB)
    story.boost(200, BOB, under=10)  # 39 between: hidden, and not itself among the forty
    story.post(201, BOB)
    story.boost(202, ANN, under=10)  # 40 between: shown
    story.boost(203, BOB, under=10)
    assert story.home()[:3] == [202, 201, 138]
    assert len(story.home()) == 42


def test_only_the_newest_400_candidates_are_looked_at_hidden_ones_included(story: Story) -> None:
    story.post(10, ANN)
    for entry in range(100, 499):
        story.post(entry, BOB)
    assert len(story.home()) == 400
    assert story.home()[-1] == 10

    story.boost(600, ANN, under=498)  # hidden, but takes the place of the oldest
    assert len(story.home()) == 399
    assert story.home()[-1] == 100


def test_what_fell_out_of_the_400_hides_nothing(story: Story) -> None:
    story.post(10, ANN)
    story.boost(20, BOB, under=10)
    for entry in range(100, 499):
        story.post(entry, BOB)
    assert story.home()[-1] == 20


def test_the_same_boost_acknowledged_twice_is_one(story: Story) -> None:
    story.post(10, EVE)
    story.boost(20, ANN, under=10)
    story.boost(20, ANN, under=10)
    assert story.home() == [20]


def test_an_oracle_without_any_event_knows_empty_timelines(story: Story) -> None:
    assert story.home() == []


def contrary(*rows: tuple[int, int, int]) -> list[str]:
    entry, under, actor = np.array(rows, np.int64).T
    return contradictions(entry, under, actor, entry != under)


def test_answers_that_fit_together_are_no_contradiction() -> None:
    assert contrary((10, 10, EVE), (20, 10, ANN), (20, 10, ANN), (21, 10, BOB)) == []


def test_answers_that_contradict_each_other_are_named() -> None:
    assert contrary((20, 10, ANN), (21, 10, ANN)) == ["post 10 has 2 boosts by person 2"]
    assert contrary((10, 10, ANN), (10, 10, ANN)) == ["post 10 was acknowledged 2 times"]
    assert contrary((20, 10, ANN), (20, 11, BOB)) == ["id 20 was given to 2 different things"]
