"""Pseudonyms: keyed, for one purpose and one recipient, and not to be undone."""

from divako.privacy._pseudonym import PseudonymDomain
from divako.privacy._secret import Secret
from divako.privacy._table import pseudonymise


__all__ = ["PseudonymDomain", "Secret", "pseudonymise"]
