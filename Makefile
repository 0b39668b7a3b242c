# Needs Python 3.11 or newer and make; on Debian as root it fetches Chromium, PostgreSQL and ClamAV for the tests.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

# What people and programs ask for is asked of PostgreSQL too.
FACED := tests/platform/staff tests/platform/api tests/plugins
FACES := screens or page or api or access or record or editing

.PHONY: setup demo test thorough mutations bench translations requirements lock system clean
.DEFAULT_GOAL := setup

setup: $(READY)

$(READY): requirements/dev.txt pyproject.toml setup.cfg $(wildcard translations/*/LC_MESSAGES/*.po)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	$(BIN)/pybabel -q compile -d translations
	touch $(READY)

# The product with demo data, a scheduler and a mail box page.
demo: setup
	$(BIN)/hoshou demo

# Everything that must hold before a change is taken; staff pages, public pages and the API on both databases.
test: setup system
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg
	$(BIN)/python -m pytest -n 2 --dist worksteal -rs
	HOSHOU_TEST_DATABASE=postgres $(BIN)/python -m pytest -n 2 --dist worksteal -rs -m "not sqlite and not slow" -k "$(FACES)" $(FACED)

# The random walks at their full length, as before a release.
thorough: setup system
	HOSHOU_TESTS=thorough $(BIN)/python -m pytest -n 2 -m slow

# Break each rule once and see a test notice; see tests/mutations.
mutations: setup system
	$(BIN)/python -m tests.mutations

# Measurements; see benchmarks/README.md.
bench: setup
	$(BIN)/python -m benchmarks.hostile_uploads
	$(BIN)/python -m benchmarks.many_folders
	$(BIN)/python -m benchmarks.debits
	$(BIN)/python -m benchmarks.staff_lists
	$(BIN)/python -m benchmarks.certificates

# Chromium, PostgreSQL and ClamAV for the tests, where they are missing and can be had.
system:
	sh .ci/system-packages

# Read all messages out of the sources again and bring both catalogues up to date.
translations: setup
	$(BIN)/python -m tests.translations
	$(BIN)/pybabel -q compile -d translations

# Write into docs/requirements which tests show what.
requirements: setup
	$(BIN)/python -m tests.requirements

# Choose the newest allowed packages and lock them with hashes.
lock: setup
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--upgrade requirements/dev.in -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		-c requirements/dev.txt requirements/runtime.in -o requirements/runtime.txt

clean:
	rm -rf .venv var build *.egg-info
