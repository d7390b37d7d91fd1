"""Compares `rules.post_text` with X's own npm package on thousands of texts, and lists where they differ."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import emoji

from asiaradar_bot.rules import post_text
from asiaradar_bot.rules.top_domains import name_ends
from benchmarks.x_library import answers, recorded_texts, varied

_SHOWN = 20


def ours(text: str) -> dict[str, Any]:
    """
    Our answers, under the names that the package uses.
    """
    return {
        "weightedLength": post_text.weighted_length(text),
        "valid": post_text.is_valid(text),
        "urls": post_text.links(text),
        "hashtags": post_text.hashtags(text),
        "mentions": post_text.mentions(text),
        "cashtags": post_text.cashtags(text),
    }


def differences(text: str, theirs: dict[str, Any]) -> list[str]:
    """
    The fields that differ; under a newer top-level domain a greater length is no difference, as it is meant so.
    """
    answer = ours(text)
    if name_ends(text)[1] and answer["weightedLength"] >= theirs["weightedLength"]:
        answer |= {"weightedLength": theirs["weightedLength"], "valid": theirs["valid"]}
    return [field for field in answer if answer[field] != theirs[field]]


def is_known_slip(text: str) -> bool:
    """
    Whether the library reports a link that stands nowhere in the text: see the docstring of `rules.post_links`.
    """
    return any(text[start:end] != link for start, end, link in post_text.link_spans(text))


def main() -> int:
    """
    Prints one line for each differing field, and answers 1 if there is any.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    texts = [*recorded_texts(), *emoji.EMOJI_DATA, *varied(recorded_texts(), options.texts, seed=options.seed)]
    shown = differing = known = 0
    for text, theirs in zip(texts, answers(texts), strict=True):
        fields = differences(text, theirs)
        if fields == ["weightedLength"] and is_known_slip(text):
            known += 1
            continue
        differing += bool(fields)
        for field in fields:
            shown += 1
            if shown <= _SHOWN:
                print(f"{field}: {text!a}\n  ours   {ours(text)[field]!r}\n  theirs {theirs[field]!r}")
    print(f"{len(texts)} texts, {differing} differ, {known} more by the library's known slip")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
