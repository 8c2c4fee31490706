from __future__ import annotations

from lightfield import (
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    PermissionDeniedError,
    UnprocessableEntityError,
)

from .workspace import Checks, connect, unique


class Errors(Checks):
    def test_401_for_a_wrong_key(self) -> None:
        with connect(api_key="sk_of_wrong") as client, self.assertRaises(AuthenticationError) as caught:
            client.account.list()
        self.assertEqual(caught.exception.status_code, 401)
        self.assert_error(caught.exception, "unauthorized")

    def test_403_for_a_missing_scope(self) -> None:
        with connect(api_key=self.new_key("accounts:read")) as client:
            self.assertEqual(client.account.list(limit=1).object, "list")
            with self.assertRaises(PermissionDeniedError) as caught:
                client.account.create(fields={"$name": "Northwind"})
        self.assertEqual(caught.exception.status_code, 403)
        self.assert_error(caught.exception, "forbidden")

    def test_404_for_an_unknown_id(self) -> None:
        account = self.new_account()
        for id in ("opp_00000000000000000000000000", "nonsense", account.id):
            with self.assertRaises(NotFoundError) as caught:
                self.client.opportunity.retrieve(id)
            self.assertEqual(caught.exception.status_code, 404)
            self.assert_error(caught.exception, "not_found")

    def test_400_for_an_unknown_field(self) -> None:
        with self.assertRaises(BadRequestError) as caught:
            self.client.account.create(fields={"bogus": 1})
        self.assertEqual(caught.exception.status_code, 400)
        self.assert_error(caught.exception, "bad_request", "unknown_field", "fields.bogus")

    def test_400_for_an_unknown_relationship(self) -> None:
        with self.assertRaises(BadRequestError) as caught:
            self.client.account.create(fields={"$name": "Northwind"}, relationships={"bogus": "acc_1"})
        self.assert_error(caught.exception, "bad_request", "unknown_relationship", "relationships.bogus")

    def test_400_for_a_value_of_the_wrong_type(self) -> None:
        with self.assertRaises(BadRequestError) as caught:
            self.client.account.create(fields={"$name": 7})
        self.assert_error(caught.exception, "bad_request", "invalid_type", "fields.$name")

    def test_400_for_a_missing_reference(self) -> None:
        with self.assertRaises(BadRequestError) as caught:
            self.new_opportunity("acc_00000000000000000000000000")
        self.assert_error(
            caught.exception, "bad_request", "relationship_entity_missing", "relationships.$account"
        )

    def test_400_for_a_read_only_field(self) -> None:
        opportunity = self.new_opportunity(self.new_account().id)
        with self.assertRaises(BadRequestError) as caught:
            self.client.opportunity.update(opportunity.id, fields={"$opportunityStatus": "Fine"})
        self.assert_error(caught.exception, "bad_request", "invalid_configuration", "fields.$opportunityStatus")

    def test_400_for_an_unknown_filter(self) -> None:
        with self.assertRaises(BadRequestError) as caught:
            self.client.account.list(extra_query={"$bogus[equal]": "1"})
        self.assert_error(caught.exception, "bad_request", "unknown_field", "$bogus")

    def test_400_for_a_page_that_is_too_large(self) -> None:
        with self.assertRaises(BadRequestError) as caught:
            self.client.account.list(limit=26)
        self.assert_error(caught.exception, "bad_request", "invalid_type", "limit")

    def test_400_for_another_version_of_the_api(self) -> None:
        with self.assertRaises(BadRequestError) as caught:
            self.client.account.list(extra_headers={"Lightfield-Version": "2020-01-01"})
        self.assert_error(caught.exception, "bad_request", "version_header", "Lightfield-Version")

    def test_400_for_an_idempotency_key_over_255_characters(self) -> None:
        with self.assertRaises(BadRequestError) as caught:
            self.client.account.create(fields={"$name": "Northwind"}, extra_headers={"Idempotency-Key": "k" * 256})
        self.assert_error(caught.exception, "bad_request", "idempotency_key_too_long", "Idempotency-Key")

    def test_422_for_a_missing_account(self) -> None:
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.client.opportunity.create(fields={"$name": unique("Renewal"), "$stage": "Lead"}, relationships={})
        self.assertEqual(caught.exception.status_code, 422)
        self.assert_error(caught.exception, "unprocessable_content", None, "relationships.$account")

    def test_422_for_a_missing_name(self) -> None:
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.client.account.create(fields={})
        self.assert_error(caught.exception, "unprocessable_content", None, "fields.$name")

    def test_422_for_an_unknown_stage(self) -> None:
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.new_opportunity(self.new_account().id, **{"$stage": "Nowhere"})
        self.assert_error(caught.exception, "unprocessable_content", None, "fields.$stage")

    def test_422_for_more_than_25_links(self) -> None:
        contacts = [f"con_{number:026}" for number in range(26)]
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.client.account.create(fields={"$name": "Northwind"}, relationships={"$contact": contacts})
        self.assert_error(
            caught.exception, "unprocessable_content", "relationship_write_limit_exceeded", "relationships"
        )
