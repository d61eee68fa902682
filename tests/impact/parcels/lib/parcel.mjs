import { volume } from "./sizes.mjs";

export default class Parcel {
  constructor(width, height) {
    this.width = width;
    this.height = height;
  }

  get area() {
    return this.width * this.height;
  }

  size(depth) {
    return volume(this.width, this.height, depth);
  }

  static square(side) {
    return new Parcel(side, side);
  }

  describe() {
    return `${this.title()} ${this.area}`;
  }

  title() {
    return "parcel";
  }
}

export class Fragile extends Parcel {
  title() {
    return "fragile";
  }
}
