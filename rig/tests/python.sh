# shellcheck shell=bash
# System-wide installation, console scripts, packages copied from stage to stage, and a package compiled from source.
test_python() {
  build <<'END'
FROM python:3.13-slim AS build
RUN pip install tabulate && tabulate --help
FROM python:3.13-slim
COPY --from=build /usr/local/lib/python3.13/site-packages /usr/local/lib/python3.13/site-packages
COPY --from=build /usr/local/bin /usr/local/bin
RUN tabulate --help && python -m venv /venv && /venv/bin/pip --version
END
  there python:3.13 || return 0
  build <<'END'
FROM python:3.13
RUN pip install --no-binary markupsafe markupsafe && python -c 'import markupsafe._speedups'
END
}
