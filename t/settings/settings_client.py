"""What tests say of settings, and who they are."""
SECRETS = {"alice": "alices-token", "root": "roots-token", "boss": "another-admins"}


def bearer(name):
    """The header fields of a token."""
    return {"Authorization": f"Bearer {SECRETS[name]}"}


class Settings:
    """The settings of a Docket: the file, and what HTTP says of them."""

    def __init__(self, docket, path, headers):
        self.docket = docket
        self.path = path
        self.headers = headers

    def get(self, query="", headers=None, **arguments):
        """GET of the location."""
        return self.docket.get("/settings" + query, headers={**self.headers, **(headers or {})}, **arguments)

    def json(self):
        """The JSON form."""
        answer = self.get(headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def effective(self, key):
        """The value of one setting that holds."""
        return self.json()["effective"][key]["value"]

    def put(self, text, query="", headers=None, **conditions):
        """PUT with these conditions, else with the ETag of the text that there is; they are named as fields are."""
        conditions = {name.replace("_", "-"): value for name, value in conditions.items() if value is not None}
        if not conditions:
            conditions = {"If-Match": self.get().headers["ETag"]}
        return self.docket.request("PUT", "/settings" + query, data=text.encode() if isinstance(text, str) else text,
                                   headers={**self.headers, **(headers or {}), **conditions})

    def set(self, text):
        """PUT that has to go well."""
        answer = self.put(text)
        assert answer.status_code in (200, 201), answer.text
        return answer

    def history(self):
        """The versions, the newest first."""
        return self.get("?history=1").json()["versions"]

    def write(self, text, whole=True):
        """Writes the file as an operator does: by another one's renaming, or in place."""
        if not whole:
            self.path.write_bytes(text.encode() if isinstance(text, str) else text)
            return
        other = self.path.with_name("edited")
        other.write_bytes(text.encode() if isinstance(text, str) else text)
        other.chmod(0o644)
        other.rename(self.path)
