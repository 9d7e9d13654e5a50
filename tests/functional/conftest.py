"""What every test stands on: one PostgreSQL and one certificate for all, and for each test a
database, an installation and a daemon of its own."""

import os
import shutil
import subprocess

import pytest

from installation import BUILD, Accounts, Certificate, installed
from postgres import PrivatePostgres
from shop import opened_shop


def pytest_report_header():
    return f"refundd: {BUILD}"


@pytest.fixture(scope="session")
def postgres():
    with PrivatePostgres() as server:
        yield server


@pytest.fixture(scope="module")
def own_postgres():
    """A cluster that may be stopped without disturbing other tests; it must be started again."""
    with PrivatePostgres() as server:
        yield server


@pytest.fixture
def own_site(own_postgres, certificate, tmp_path):
    """(Installation, Books) of a database in it; the books are closed."""
    with installed(own_postgres, certificate, tmp_path / "refundd") as site:
        site[1].close()
        try:
            yield site
        finally:
            own_postgres.start()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def accounts():
    return Accounts


@pytest.fixture
def omise(accounts):
    return accounts.omise


@pytest.fixture
def payjp(accounts):
    return accounts.payjp


@pytest.fixture
def site(postgres, certificate, tmp_path):
    """(Installation, Books) with the schema in it and no daemon."""
    with installed(postgres, certificate, tmp_path / "refundd") as site:
        yield site


@pytest.fixture
def installation(site):
    return site[0]


@pytest.fixture
def books(site):
    return site[1]


@pytest.fixture
def shop(site):
    """A Shop with its two servers and no daemon."""
    with opened_shop(*site) as shop:
        yield shop


@pytest.fixture
def promtool():
    """Runs promtool, and fails where it does."""
    program = os.environ.get("REFUNDD_PROMTOOL") or shutil.which("promtool")
    if not program:
        pytest.fail("no promtool: install the package prometheus, or name it in REFUNDD_PROMTOOL")

    def run(*arguments, **options):
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=110,
                              **options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr
    return run


@pytest.fixture
def daemon(installation):
    with installation.running() as daemon:
        yield daemon


@pytest.fixture
def client(daemon):
    with daemon.client() as client:
        yield client
