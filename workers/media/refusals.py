"""Why a clip, or a photo, can be refused: a closed list, each with one sentence for the person who sent it."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Stable: receipts, clients and translations hold on to these words."""

    NOT_A_VIDEO = "not_a_video"
    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    UNSUPPORTED_CODEC = "unsupported_codec"
    NO_PICTURE = "no_picture"
    TOO_MANY_TRACKS = "too_many_tracks"
    TOO_BIG_PICTURE = "too_big_picture"
    TOO_FAST = "too_fast"
    TOOK_TOO_LONG = "took_too_long"
    ANIMATED_PICTURE = "animated_picture"
    NOTHING_LEFT = "nothing_left"
    TRIM_OF_PHOTO = "trim_of_photo"
    CAMERA_MOVES = "camera_moves"
    ONLY_OF_CLIPS = "only_of_clips"


SENTENCES = {
    Reason.NOT_A_VIDEO: "This file is neither a video nor a photo we can take. Send it as your camera saved it.",
    Reason.EMPTY: "This file is empty. Save the clip again and send that.",
    Reason.TOO_SHORT: "This clip is shorter than a tenth of a second.",
    Reason.TOO_LONG: "This clip is longer than 2 minutes. Cut it to the part that matters.",
    Reason.TOO_LARGE: "This file is larger than 500 MB. Cut the clip or save it smaller.",
    Reason.UNREADABLE: "This file is damaged and cannot be shown. Save it from the camera again.",
    Reason.UNSUPPORTED_CODEC: "This video is stored in a way we cannot read. Export it as MP4 (H.264).",
    Reason.NO_PICTURE: "There is no moving picture in this file.",
    Reason.TOO_MANY_TRACKS: "This file holds far more tracks than a camera makes. Export it as a plain MP4.",
    Reason.TOO_BIG_PICTURE: "The picture is too large. Save a clip in 4K, a photo with 67 million pixels at most.",
    Reason.TOO_FAST: "This clip has more than 240 frames a second. Save it at a normal speed.",
    Reason.TOOK_TOO_LONG: "This took too long to prepare. Cut a clip shorter, or save it smaller.",
    Reason.ANIMATED_PICTURE: "This picture moves. Send a single photo, or a video.",
    Reason.NOTHING_LEFT: "Nothing of this clip lies between the start and the end you chose. Choose them again.",
    Reason.TRIM_OF_PHOTO: "A photo has no start and no end. Send all of it.",
    Reason.CAMERA_MOVES: "The camera moves in this clip, so nothing stands still. Hide something else of it.",
    Reason.ONLY_OF_CLIPS: "What never moves and what a camera writes are found in videos only. Draw boxes in a photo.",
}


class RefusedClip(Exception):
    """Final, and the sender's to know: another try with the same bytes would end the same way."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.sentence = SENTENCES[reason]
