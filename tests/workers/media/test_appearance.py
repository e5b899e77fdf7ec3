"""How a stream's picture is to be seen, by what ffprobe tells of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workers.media.test_probe import VIDEO, understood
from workers.media.refusals import RefusedClip


def matrix(*numbers: int) -> dict[str, Any]:
    """A display matrix as ffprobe prints it."""
    rows = [f"{at:08d}: " + " ".join(f"{n:11d}" for n in numbers[3 * at : 3 * at + 3]) for at in range(3)]
    return {"side_data_list": [{"displaymatrix": "\n" + "\n".join(rows) + "\n"}]}


@pytest.mark.parametrize(
    ("numbers", "turn", "upright"),
    [
        ((65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30), (1, 0, 0, 1), True),
        ((0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30), (0, 1, -1, 0), False),
        ((-65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30), (-1, 0, 0, 1), True),
        ((46000, 46341, 0, -46341, 46000, 0, 0, 0, 1 << 30), (0, 1, -1, 0), False),
        ((0, 0, 0, 0, 0, 0, 0, 0, 0), (1, 0, 0, 1), True),
        ((1, 2, 3), (1, 0, 0, 1), True),
    ],
)
def test_a_matrix_is_a_quarter_turn_a_mirror_or_nothing(
    numbers: tuple[int, ...], turn: tuple[int, ...], upright: bool
) -> None:
    """A crooked one is the nearest; a broken one is none."""
    probed = understood(VIDEO | matrix(*numbers))

    assert probed.turn == turn
    assert (probed.width > probed.height) == upright


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ({}, ("bt709", "bt709", "bt601")),
        ({"width": 1920, "height": 1080}, ("bt709", "bt709", "bt709")),
        ({"color_transfer": "smpte2084"}, ("smpte2084", "bt2020", "bt2020")),
        ({"color_transfer": "arib-std-b67", "color_space": "bt709"}, ("arib-std-b67", "bt2020", "bt709")),
        ({"color_primaries": "smpte432", "color_space": "bt709"}, ("bt709", "smpte432", "bt709")),
        ({"color_transfer": "bt2020-10", "color_primaries": "bt2020"}, ("bt709", "bt2020", "bt601")),
    ],
)
def test_colours_are_what_is_said_or_else_what_players_take_them_for(
    told: dict[str, Any], known: tuple[str, str, str]
) -> None:
    """High range only where it is said."""
    probed = understood(VIDEO | told)

    assert (probed.transfer, probed.primaries, probed.matrix) == known


def test_dolby_vision_is_taken_where_others_can_read_it() -> None:
    """A phone's profile 8.4 holds HLG; profile 5 holds nothing but itself."""

    def dolby(profile: int, compatible: int) -> dict[str, Any]:
        return {"side_data_list": [{"dv_profile": profile, "dv_bl_signal_compatibility_id": compatible}]}

    assert understood(VIDEO | {"color_transfer": "arib-std-b67"} | dolby(8, 4)).transfer == "arib-std-b67"
    with pytest.raises(RefusedClip, match="unsupported_codec"):
        understood(VIDEO | dolby(5, 0))
