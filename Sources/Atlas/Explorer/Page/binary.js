/** Typed arrays and bitsets from the base64 text of the data files. */

const KINDS = {
  f32: Float32Array, i32: Int32Array, u32: Uint32Array, u16: Uint16Array, i8: Int8Array, u8: Uint8Array,
};

/**
 * The array written `{"f32": "…"}`, row major and little-endian, as this machine's must be.
 * Throws if it has not `length` values, where that is given.
 */
export function decode(written, length) {
  const kind = Object.keys(written ?? {}).find((key) => key in KINDS);
  if (!kind) throw new Error("numbers are missing");
  const text = atob(written[kind]);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = text.charCodeAt(i);
  const values = new KINDS[kind](bytes.buffer);
  if (length !== undefined && values.length !== length) {
    throw new Error(`there are ${values.length} numbers where ${length} belong`);
  }
  return values;
}

/** Whether bit `index` is set, least significant bit first. */
export function bit(bytes, index) {
  return ((bytes[index >> 3] >> (index & 7)) & 1) === 1;
}
