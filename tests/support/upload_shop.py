"""An organisation that uploads files, with its account."""

from typing import Any

from fixtures.bodies import recommend_body
from tests.support.account_client import Person
from tests.support.mock_client import RECOMMEND, Answer, Client
from tests.support.upload_form import BOUNDARY, form


class Shop:
    """An organisation with an owner and a key pair."""

    def __init__(self, client: Client) -> None:
        self.client, self.owner = client, Person(client, "ada")
        self.tenant_id = self.owner.post("/organisations", {"name": "Shop"}).data["tenant_id"]
        self.path = f"/organisations/{self.tenant_id}"
        self.key = self.owner.post(f"{self.path}/keys").data["publishable_key"]

    def send(self, body: bytes, query: str = "kind=items", content_type: str | None = None) -> Answer:
        kind = content_type or f"multipart/form-data; boundary={BOUNDARY}"
        return self.owner.post(f"{self.path}/uploads?{query}", body, headers=[("content-type", kind)])

    def upload(self, content: str | bytes, query: str = "kind=items", name: str = "catalog.csv") -> Any:
        """Upload a file and return the upload when it is finished."""
        started = self.send(form(content, name), query)
        assert started.status == 202, started.body
        self.client.flush()
        return self.owner.get(f"{self.path}/uploads/{started.data['upload_id']}").data

    def errors(self, content: str | bytes, **more: Any) -> list[tuple[int, str | None, str]]:
        return [(each["line"], each["field"], each["message"]) for each in self.upload(content, **more)["errors"]]

    def popular(self) -> Any:
        return self.client.post(RECOMMEND, recommend_body("popular", limit=100), key=self.key).data["results"]

    @property
    def ids(self) -> set[str]:
        return {each["item_id"] for each in self.popular()}
