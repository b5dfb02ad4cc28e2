# shellcheck shell=bash
# System-wide installation, console scripts, and packages copied from stage to stage.
test_python() {
  build <<'END'
FROM python:3.13-slim AS build
RUN pip install --upgrade pip && pip install poetry && poetry --version
RUN apt-get update && apt-get install -y --no-install-recommends jq && jq --version
FROM python:3.13-slim
COPY --from=build /usr/local/lib/python3.13/site-packages /usr/local/lib/python3.13/site-packages
COPY --from=build /usr/local/bin /usr/local/bin
RUN poetry --version && python -m venv /venv && /venv/bin/pip install six && /venv/bin/python -c 'import six'
END
}
