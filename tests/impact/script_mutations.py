"""One-line changes of the JavaScript package `parcels`, of which its callers say by being run whether they break them."""

from __future__ import annotations

from tests.impact.mutations import Mutation

SIZES, PARCEL, INDEX = "lib/sizes.mjs", "lib/parcel.mjs", "lib/index.mjs"

MUTATIONS = (
    Mutation("required parameter added", SIZES, "export function fits(parcel, box) {\n  return", "export function fits(parcel, box, kind) {\n  return kind.ok &&"),
    Mutation("optional parameter added", SIZES, "fits(parcel, box)", "fits(parcel, box, kind = 1)"),
    Mutation("default removed", SIZES, "depth = 1", "depth"),
    Mutation("parameters swapped", SIZES, "volume(width, height, depth = 1) {\n  return", "volume(depth, width, height = 1) {\n  return depth > 1 &&"),
    Mutation("parameter renamed", SIZES, "function inner(x) {\n  return x + 1", "function inner(y) {\n  return y + 1"),
    Mutation("function renamed", SIZES, "export function label(", "export function tag("),
    Mutation("export taken away", SIZES, "export function label(", "function label("),
    Mutation("unused function renamed", SIZES, "export function unused(", "export function unneeded("),
    Mutation("inner function renamed", SIZES, "function inner(x) {\n  return x + 1;\n}\n\nexport function unused(x) {\n  return inner(x)", "function deep(x) {\n  return x + 1;\n}\n\nexport function unused(x) {\n  return deep(x)"),
    Mutation("constant renamed", SIZES, "export const KINDS", "export const SORTS"),
    Mutation("constant changed", SIZES, "LIMIT = 30", "LIMIT = 40"),
    Mutation("pair to triple", SIZES, "=> [parcel.width, parcel.height]", "=> ({ width: parcel.width, height: parcel.height })", returns=True),
    Mutation("key renamed", SIZES, "{ text: `", "{ words: `", returns=True),
    Mutation("key added", SIZES, "long: true }", "long: true, wide: false }", returns=True),
    Mutation("async to sync", SIZES, "export async function weigh", "export function weigh"),
    Mutation("sync to async", SIZES, "export function volume", "export async function volume"),
    Mutation("generator to array", SIZES, "export function* layers(count) {\n  for (let at = 0; at < count; at++) yield at;", "export function layers(count) {\n  return [...Array(count).keys()];"),
    Mutation("getter to method", PARCEL, "  get area() {", "  area() {"),
    Mutation("method to getter", PARCEL, "  size(depth) {\n    return volume(this.width, this.height, depth);", "  get size() {\n    return volume(this.width, this.height, 1);"),
    Mutation("static no more", PARCEL, "  static square(side) {", "  square(side) {"),
    Mutation("hook renamed", PARCEL, "${this.title()} ${this.area}`;\n  }\n\n  title() {", "${this.name()} ${this.area}`;\n  }\n\n  name() {"),
    Mutation("constructor parameter added in front", PARCEL, "constructor(width, height) {", "constructor(kind, width, height) {"),
    Mutation("constructor parameter added with default", PARCEL, "constructor(width, height) {", "constructor(width, height, kind = 1) {"),
    Mutation("default export named only", PARCEL, "export default class Parcel", "export class Parcel"),
    Mutation("class renamed", PARCEL, "export class Fragile", "export class Delicate"),
    Mutation("base removed", PARCEL, "class Fragile extends Parcel {", "class Fragile {"),
    Mutation("re-export renamed", INDEX, "volume as space", "volume as room"),
    Mutation("star export removed", INDEX, 'export * from "./parcel.mjs";\n', ""),
    Mutation("re-export as before, said otherwise", INDEX, 'export { default as Parcel } from "./parcel.mjs";', 'import Parcel from "./parcel.mjs";\nexport { Parcel };'),
    Mutation("method added", PARCEL, '  title() {\n    return "parcel"', '  weight() {\n    return 1;\n  }\n\n  title() {\n    return "parcel"'),
    Mutation("body rewritten", SIZES, "  return width * height * depth;", "  const area = width * height;\n  return area * depth;"),
    Mutation("comment added", SIZES, "function inner", "// inside\nfunction inner"),
    Mutation("arrow to function", SIZES, "export const sides = (parcel) => [parcel.width, parcel.height];", "export function sides(parcel) {\n  return [parcel.width, parcel.height];\n}"),
)  # fmt: skip
