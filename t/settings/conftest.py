"""A Docket with a settings file, which its workers may write, and with tokens."""
import hashlib
import shutil
import tempfile
from pathlib import Path

import pytest

from docket import LOCATIONS
from settings_client import SECRETS, Settings, bearer


@pytest.fixture
def settings_folder():
    """A folder that nginx's workers may write."""
    folder = Path(tempfile.mkdtemp(prefix="docket-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def settings(start, settings_folder):
    """A function that starts a Docket with a settings file of this text (None: there is none); its Settings. `tokens`:
    the headers of an admin go with all requests to the settings, and the location has docket_tokens."""
    def begin(text=None, tokens=True, anyone=False, location="", **parts):
        path = settings_folder / "settings.yaml"
        if text is not None:
            path.write_text(text)
        tokens_file = settings_folder / "tokens"
        tokens_file.write_text("".join(f"{name}:{hashlib.sha256(secret.encode()).hexdigest()}"
                                       f"{'' if name == 'alice' else ':admin'}\n" for name, secret in SECRETS.items()))
        guard = f"docket_tokens {tokens_file};" if tokens else ""
        parts["locations"] = parts.get("locations", LOCATIONS) + f"""
            location = /settings {{ docket_settings {'anyone' if anyone else ''}; {guard} {location} }}"""
        parts["http"] = parts.get("http", "") + f" docket_settings_file {path};"
        docket = start(**parts)
        if docket.user:
            for one in (settings_folder, path):
                if one.exists():
                    shutil.chown(one, docket.user)
        return Settings(docket, path, bearer("root") if tokens else {})
    return begin
