import assert from "node:assert";
import { Fragile, LIMIT, Parcel, space } from "../lib/index.mjs";

export function run() {
  assert.equal(space(1, 2), 2);
  assert.equal(new Parcel(2, 2).area, 4);
  assert.equal(new Fragile(2, 1).size(1), 2);
  assert.ok(LIMIT > 1);
}
