#!/usr/bin/env bash
# Draws one picture with the embedded model and says where it is.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p out
picture=$(.build/release/sluice generate "a sailboat with a white sail on the sea at night, with a full moon" --seed 1 --out out/demo.png)
echo
echo "Drawn: $PWD/$picture"
echo "Draw your own:        .build/release/sluice generate \"a red house in the mountains at sunset\""
echo "Open the studio:      .build/release/sluice serve     (then http://127.0.0.1:7860 in the browser)"
echo "With your FLUX.1-dev: .build/release/sluice generate \"…\" --model /path/to/FLUX.1-dev"
