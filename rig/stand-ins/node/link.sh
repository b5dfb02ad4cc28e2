#!/bin/sh
# The commands of the real image, below /usr/local/bin.
set -eu
cd /usr/local/bin
ln -s /usr/bin/node node
ln -s node nodejs
ln -s ../lib/node_modules/npm/bin/npm-cli.js npm
ln -s ../lib/node_modules/npm/bin/npx-cli.js npx
# The wheel's corepack is too old to know the keys that package managers are signed with today.
npm install --global --no-update-notifier corepack@0.32.0
rm -rf /root/.npm
