from __future__ import annotations

import hashlib

from lightfield import UnprocessableEntityError
from lightfield.types import FileCreateResponse

from .workspace import Checks, download, put

CONTENT = "Größe ✓\n".encode() * 1000


class Files(Checks):
    def test_opens_an_upload(self) -> None:
        file = self.new_upload()
        self.assertRegex(file.id, r"^fil_\w+$")
        self.assertEqual((file.status, file.filename, file.mime_type), ("PENDING", "notes.txt", "text/plain"))
        self.assertEqual((file.size_bytes, file.completed_at), (len(CONTENT), None))
        self.assertIsNotNone(file.expires_at)
        self.assertEqual(file.upload_headers["content-type"], "text/plain")

    def test_uploads_bytes_that_can_be_downloaded(self) -> None:
        file = self.new_upload()
        self.assertIn(put(file.upload_url, file.upload_headers, CONTENT), (200, 201, 204))
        completed = self.client.file.complete(file.id, md5=hashlib.md5(CONTENT).hexdigest())
        self.assertEqual((completed.id, completed.status, completed.expires_at), (file.id, "COMPLETED", None))
        self.assertIsNotNone(completed.completed_at)
        answer = self.client.file.url(file.id)
        self.assertGreater(answer.expires_at, completed.completed_at or "")
        self.assertEqual(download(answer.url), CONTENT)

    def test_completes_without_a_checksum(self) -> None:
        file = self.new_upload()
        put(file.upload_url, file.upload_headers, CONTENT)
        self.assertEqual(self.client.file.complete(file.id).status, "COMPLETED")

    def test_retrieves_and_lists(self) -> None:
        file = self.new_file(CONTENT)
        self.assertEqual(self.client.file.retrieve(file.id).to_dict(), file.to_dict())
        page = self.client.file.list(limit=1)
        self.assertEqual((page.object, page.data[0].to_dict()), ("list", file.to_dict()))

    def test_cancels_an_upload(self) -> None:
        file = self.new_upload()
        self.assertEqual(self.client.file.cancel(file.id).status, "CANCELLED")
        self.assertEqual(self.client.file.retrieve(file.id).expires_at, None)
        with self.assertRaises(UnprocessableEntityError):
            self.client.file.cancel(file.id)

    def test_puts_the_time_in_the_names_of_knowledge(self) -> None:
        file = self.new_upload(purpose="knowledge_user")
        self.assertRegex(file.filename, r"^notes_\d{13}\.txt$")
        self.assertEqual(file.upload_headers["if-none-match"], "*")
        self.assertIn(put(file.upload_url, file.upload_headers, CONTENT), (200, 201, 204))
        self.assertEqual(put(file.upload_url, file.upload_headers, CONTENT), 412)

    def test_refuses_bytes_with_other_headers(self) -> None:
        file = self.new_upload()
        self.assertEqual(put(file.upload_url, {"content-type": "text/html"}, CONTENT), 403)
        self.assertEqual(put(f"{file.upload_url}x", file.upload_headers, CONTENT), 403)

    def test_422_for_a_checksum_of_other_bytes(self) -> None:
        file = self.new_upload()
        put(file.upload_url, file.upload_headers, CONTENT)
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.client.file.complete(file.id, md5="0" * 32)
        self.assert_error(caught.exception, "unprocessable_content", None, "md5")

    def test_422_for_the_end_of_an_upload_without_bytes(self) -> None:
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.client.file.complete(self.new_upload().id)
        self.assert_error(caught.exception, "unprocessable_content")

    def test_422_for_the_address_of_a_file_that_is_not_complete(self) -> None:
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.client.file.url(self.new_upload().id)
        self.assert_error(caught.exception, "unprocessable_content")

    def test_422_for_a_type_that_the_purpose_does_not_take(self) -> None:
        with self.assertRaises(UnprocessableEntityError) as caught:
            self.client.file.create(
                filename="call.png", mime_type="image/png", size_bytes=1, purpose="meeting_transcript"
            )
        self.assert_error(caught.exception, "unprocessable_content", None, "mimeType")

    def new_upload(self, **purpose: object) -> FileCreateResponse:
        return self.client.file.create(
            filename="notes.txt",
            mime_type="text/plain",
            size_bytes=len(CONTENT),
            **purpose,  # type: ignore[arg-type]
        )
