export const LIMIT = 30;
export const KINDS = ["small", "large"];

export function volume(width, height, depth = 1) {
  return width * height * depth;
}

export function fits(parcel, box) {
  return volume(parcel.width, parcel.height) <= volume(box.width, box.height);
}

export const sides = (parcel) => [parcel.width, parcel.height];

export function label(parcel) {
  return { text: `${parcel.width}x${parcel.height}`, long: true };
}

export async function weigh(parcel) {
  return parcel.width * 2;
}

export function* layers(count) {
  for (let at = 0; at < count; at++) yield at;
}

function inner(x) {
  return x + 1;
}

export function unused(x) {
  return inner(x);
}
