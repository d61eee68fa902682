import assert from "node:assert";
import { fits, KINDS, label, LIMIT, sides, volume } from "../lib/sizes.mjs";

export function run() {
  assert.equal(volume(2, 3), 6);
  const [width, height] = sides({ width: 4, height: 5 });
  assert.equal(width + height, 9);
  const { text } = label({ width: 1, height: 2 });
  assert.equal(text, "1x2");
  assert.ok(fits({ width: 1, height: 1 }, { width: 2, height: 2 }));
  assert.equal(LIMIT, 30);
  assert.equal(KINDS[1], "large");
}
