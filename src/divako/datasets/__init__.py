"""Invented sites to learn and test with, made when asked for; nothing is packaged."""

from divako.datasets._cooperative import cooperative
from divako.datasets._municipality import municipality
from divako.datasets._sample import Sample
from divako.datasets._score import Event, Score, score


__all__ = ["Event", "Sample", "Score", "cooperative", "municipality", "score"]
