"""Names and marks under which residents speak below a post."""

from __future__ import annotations

from api.resident.neighborhood.names import signed
from storage.identity.vault import ResidentId, Vault
from storage.kit.ids import PostId


def test_who_speaks_twice_below_a_post_has_one_name_and_below_another_post_another(vault: Vault) -> None:
    """Made of the vault's key, so that it can be made again and is stored nowhere."""
    ada, eve, here = ResidentId("ada"), ResidentId("eve"), PostId("here")

    assert signed(vault, here, ada) == signed(vault, here, ada)
    assert len({signed(vault, here, ada)[1], signed(vault, here, eve)[1], signed(vault, PostId("there"), ada)[1]}) == 3
