from __future__ import annotations

import time
import uuid

from lightfield import BadRequestError, NotFoundError, UnprocessableEntityError
from lightfield.types import EnrichmentRunGetEnrichmentRunResponse

from .workspace import Checks, linked


class Enrichment(Checks):
    def ended(self, run_id: str) -> EnrichmentRunGetEnrichmentRunResponse:
        """A run once it is over."""
        deadline = time.monotonic() + 20
        run = self.client.enrichment_run.get_enrichment_run(run_id)
        while run.status in ("queued", "running") and time.monotonic() < deadline:
            time.sleep(0.05)
            run = self.client.enrichment_run.get_enrichment_run(run_id)
        return run

    def test_fills_what_a_contact_lacks(self) -> None:
        domain = f"{uuid.uuid4().hex[:12]}.example"
        account = self.new_account(**{"$website": [domain]})
        contact = self.client.contact.create(fields={"$email": [f"ada.byron@{domain}"]})
        answer = self.client.enrichment_run.enrich(contact.id, entity_slug="contacts")
        assert answer.enrichment_run is not None
        self.assertEqual((answer.status, answer.reason), ("started", None))
        run = self.ended(answer.enrichment_run.id)
        self.assertRegex(run.id, r"^enr_\w+$")
        self.assertEqual((run.status, run.trigger, run.entity_type), ("completed", "manual", "contact"))
        self.assertEqual((run.entity_id, sorted(run.target_fields)), (contact.id, ["account", "name"]))
        enriched = self.client.contact.retrieve(contact.id)
        self.assertEqual(linked(enriched, "$account"), [account.id])
        name = enriched.fields["$name"].value
        self.assertEqual((name.first_name, name.last_name), ("Ada", "Byron"))  # type: ignore[union-attr]

    def test_skips_what_it_cannot_find(self) -> None:
        contact = self.new_contact(**{"$email": ["ada@northwind.example"]})
        answer = self.client.enrichment_run.enrich(contact.id, entity_slug="contacts", fields=["phone"])
        self.assertEqual((answer.enrichment_run, answer.status, answer.reason), (None, "skipped", "no_operations"))
        bare = self.client.enrichment_run.enrich(self.new_account().id, entity_slug="accounts")
        self.assertEqual((bare.status, bare.reason), ("skipped", "no_operations"))

    def test_refuses_what_it_does_not_know(self) -> None:
        contact = self.new_contact(**{"$email": ["ada@northwind.example"]})
        enrich = self.client.enrichment_run.enrich
        with self.assertRaises(BadRequestError) as unknown:
            enrich(contact.id, entity_slug="contacts", fields=["shoeSize"])
        self.assert_error(unknown.exception, "bad_request", "unknown_field", "fields")
        with self.assertRaises(UnprocessableEntityError) as photo:
            enrich(contact.id, entity_slug="contacts", fields=["profilePhotoUrl"])
        self.assert_error(photo.exception, "unprocessable_content", None, "fields")
        with self.assertRaises(NotFoundError):
            enrich(contact.id, entity_slug="accounts")
        with self.assertRaises(NotFoundError):
            self.client.enrichment_run.get_enrichment_run("enr_01h455vb4pex5vsknk084sn02q")
