"""Settings: what a person sees who got one wrong, and that the example file is the whole truth."""

from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from feeler.errors import SettingsError
from feeler.settings import Settings, load_settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"FEELER_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_example_names_every_setting_and_no_other() -> None:
    assert set(dotenv_values(EXAMPLE)) == {f"FEELER_{name.upper()}" for name in Settings.model_fields}


def test_example_states_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(EXAMPLE.read_text())
    assert load_settings() == Settings(_env_file=None)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("FEELER_ENGINE", "gpt", "'torch'"),
        ("FEELER_TURN_BUDGET", "9", "10"),
        ("FEELER_LOG_FORMAT", "xml", "'json'"),
        ("FEELER_ALLOWED_USER_IDS", "12,bob", "integer"),
        ("FEELER_METRICS_PORT", "70000", "65535"),
    ],
)
def test_wrong_value_is_told_on_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, allowed: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    message = str(caught.value)
    assert name in message
    assert value.split(",")[-1] in message
    assert allowed in message
    assert "\n" not in message


def test_allowed_ids_are_read_from_commas_and_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEELER_ALLOWED_USER_IDS", "17, 23 99")
    assert load_settings().allowed_user_ids == (17, 23, 99)


@pytest.mark.parametrize(
    ("given", "folder"),
    [("~/talks #1", "/home/ada/talks #1"), ("./~", "~"), ("a~/b", "a~/b"), ("/srv/~", "/srv/~")],
)
def test_a_folder_at_home_is_there(monkeypatch: pytest.MonkeyPatch, given: str, folder: str) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("FEELER_DATA_DIR", given)
    assert load_settings().data_dir == Path(folder)


def test_token_is_not_shown_by_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEELER_BOT_TOKEN", "123:CANARY")
    assert "CANARY" not in repr(load_settings())


PRINTABLE = st.text(alphabet=st.characters(categories=("L", "N", "P", "S", "Z")), max_size=40)


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.sampled_from(sorted(Settings.model_fields)), value=PRINTABLE)
def test_any_value_is_taken_or_refused_on_one_line(name: str, value: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"FEELER_{name.upper()}", value)
        complaints = []
        try:
            load_settings()
        except SettingsError as error:
            complaints = str(error).splitlines()
        assert len(complaints) <= 1
