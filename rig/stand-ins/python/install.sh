#!/bin/sh
# Installs Python the way the real image shows it: `python` and `pip` below /usr/local, free to install anything.
set -eu
apt-get install -y --no-install-recommends ca-certificates netbase python3-venv tzdata

# Debian reserves its Python for apt; in an image made for one program nobody else owns it.
rm -f /usr/lib/python3.*/EXTERNALLY-MANAGED

# Dockerfiles copy /usr/local/lib/python3.13/site-packages from stage to stage, Debian's pip installs into dist-packages.
library=/usr/local/lib/python3.13
rm -rf "$library/dist-packages"
mkdir -p "$library/site-packages"
ln -s site-packages "$library/dist-packages"

for name in python python3 python3.13; do ln -s /usr/bin/python3.13 "/usr/local/bin/$name"; done

# Debian's wheel of pip installs itself, so that pip is an ordinary package and can be upgraded by pip.
wheel=$(echo /usr/share/python-wheels/pip-*.whl)
python3 "$wheel/pip" install --no-cache-dir --no-index --root-user-action=ignore "$wheel"
