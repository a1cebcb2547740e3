import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { ByteError, ByteReader, ByteWriter } from "@sidetone/infra-common";

describe("ByteWriter and ByteReader", () => {
  test("write and read in network order", () => {
    const bytes = new ByteWriter()
      .uint8(1)
      .uint16(0x0203)
      .uint24(0x040506)
      .uint32(0xf708090a)
      .text("ä")
      .zeros(2)
      .bytes(Uint8Array.of(9))
      .toBytes();
    expect(bytes.toString("hex")).toBe("010203040506f708090ac3a4000009");
    const reader = new ByteReader(bytes);
    expect([reader.uint8(), reader.uint16(), reader.uint24(), reader.uint32(), reader.text(2)]).toEqual([
      1,
      0x0203,
      0x040506,
      0xf708090a,
      "ä",
    ]);
    reader.skip(2);
    expect(reader.bytes(1)).toEqual(bytes.subarray(14));
    expect([reader.offset, reader.remaining]).toEqual([15, 0]);
  });

  test("give back every number that was written, whatever the order", () => {
    const number = fc.oneof(
      fc.record({ width: fc.constant("uint8" as const), value: fc.integer({ min: 0, max: 0xff }) }),
      fc.record({ width: fc.constant("uint16" as const), value: fc.integer({ min: 0, max: 0xffff }) }),
      fc.record({ width: fc.constant("uint24" as const), value: fc.integer({ min: 0, max: 0xffffff }) }),
      fc.record({ width: fc.constant("uint32" as const), value: fc.integer({ min: 0, max: 0xffffffff }) }),
    );
    fc.assert(
      fc.property(fc.array(number), (numbers) => {
        const writer = new ByteWriter(1);
        for (const { width, value } of numbers) writer[width](value);
        const reader = new ByteReader(writer.toBytes());
        expect(numbers.map(({ width }) => reader[width]())).toEqual(numbers.map(({ value }) => value));
        expect(reader.remaining).toBe(0);
      }),
    );
  });

  test("read signed numbers of 24 bits", () => {
    const reader = new ByteReader(Uint8Array.of(0xff, 0xff, 0xff, 0x80, 0, 0, 0x7f, 0xff, 0xff));
    expect([reader.int24(), reader.int24(), reader.int24()]).toEqual([-1, -8_388_608, 8_388_607]);
  });

  test("hand out views on the same memory, and read views into larger memory", () => {
    const memory = Uint8Array.from({ length: 10 }, (_, index) => index);
    const reader = new ByteReader(memory.subarray(4, 8));
    const view = reader.bytes(2);
    memory[4] = 99;
    expect(view[0]).toBe(99);
    expect(reader.text(2, "latin1")).toBe("\x06\x07");
  });

  test.each([
    ["uint8", 0],
    ["uint16", 1],
    ["uint24", 2],
    ["uint32", 3],
  ] as const)("%s over the end of %i bytes throws and does not move", (width, length) => {
    const reader = new ByteReader(new Uint8Array(length));
    expect(() => reader[width]()).toThrow(ByteError);
    expect(reader.offset).toBe(0);
  });

  test.each([11, -1, Number.NaN, 2.5])("%s bytes of ten are refused", (length) => {
    const reader = new ByteReader(new Uint8Array(10));
    expect(() => reader.bytes(length)).toThrow(ByteError);
    expect(() => reader.skip(length)).toThrow(ByteError);
    expect(() => reader.text(length)).toThrow(ByteError);
  });

  test.each([
    ["uint8", 256],
    ["uint16", 65_536],
    ["uint24", 2 ** 24],
    ["uint32", 2 ** 32],
    ["uint8", -1],
    ["uint32", 1.5],
    ["uint16", Number.NaN],
  ] as const)("%s refuses %s, and writes nothing", (width, value) => {
    const writer = new ByteWriter();
    expect(() => writer[width](value)).toThrow(ByteError);
    expect(writer.length).toBe(0);
  });

  test("a length is filled in afterwards, but only where something was written", () => {
    const writer = new ByteWriter().uint16(0).text("abc");
    writer.setUint16(0, writer.length);
    expect(writer.toBytes()).toEqual(Buffer.from("\0\x05abc"));
    expect(() => writer.setUint16(4, 1)).toThrow(ByteError);
    expect(() => writer.setUint16(0, 65_536)).toThrow(ByteError);
  });

  test("a writer and a reader can be used again", () => {
    const writer = new ByteWriter().uint32(1);
    const first = writer.toBytes();
    writer.clear();
    writer.uint8(7);
    expect(writer.toBytes()).toEqual(Buffer.of(7));
    expect(first).toEqual(Buffer.of(0, 0, 0, 1));
    const reader = new ByteReader(first);
    reader.uint32();
    reader.reset(writer.toBytes());
    expect(reader.uint8()).toBe(7);
  });
});
