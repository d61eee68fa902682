export { volume as space, LIMIT } from "./sizes.mjs";
export * from "./parcel.mjs";
export { default as Parcel } from "./parcel.mjs";
