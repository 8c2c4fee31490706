from __future__ import annotations

from .workspace import Checks, connect


class Auth(Checks):
    def test_validates_a_key_with_full_access(self) -> None:
        key = self.client.auth.validate()
        self.assertIs(key.active, True)
        self.assertEqual((key.token_type, key.scopes), ("api_key", []))
        self.assertIn(key.subject_type, ("user", "workspace"))

    def test_validates_a_key_with_scopes(self) -> None:
        with connect(api_key=self.new_key("accounts:read", "contacts:create")) as client:
            self.assertEqual(sorted(client.auth.validate().scopes), ["accounts:read", "contacts:create"])
