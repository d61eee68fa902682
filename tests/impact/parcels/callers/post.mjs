import assert from "node:assert";
import Parcel, { Fragile } from "../lib/parcel.mjs";
import * as sizes from "../lib/sizes.mjs";

class Heavy extends Parcel {
  title() {
    return "heavy";
  }
}

export async function run() {
  const parcel = new Parcel(2, 3);
  assert.equal(parcel.area, 6);
  assert.equal(parcel.size(2), 12);
  assert.equal(Parcel.square(3).area, 9);
  assert.equal(new Heavy(1, 2).describe(), "heavy 2");
  assert.equal(new Fragile(1, 1).title(), "fragile");
  assert.equal(await sizes.weigh(parcel), 4);
  assert.deepEqual([...sizes.layers(2)], [0, 1]);
}
