package dev.unmask.oip;

import com.google.protobuf.ByteString;
import dev.unmask.UnmaskException;
import dev.unmask.oip.proto.OpenInference.InferTensorContents;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The values of a tensor that came typed, brought into the binary form.
final class GrpcTensor {

    private GrpcTensor() {}

    /// Refuses values of another type than the tensor's.
    static ByteBuffer read(String name, Datatype datatype, InferTensorContents contents) {
        int count = count(name, datatype, contents);
        if (count != all(contents)) {
            throw UnmaskException.invalid(
                    "input '" + name + "' is " + datatype + ", and its contents are of another type");
        }
        ByteBuffer data =
                ByteBuffer.allocate(size(name, datatype, count, contents)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            put(name, datatype, contents, i, data);
        }
        return data.flip();
    }

    /// Of the field in which values of the type travel.
    private static int count(String name, Datatype datatype, InferTensorContents contents) {
        return switch (datatype) {
            case BOOL -> contents.getBoolContentsCount();
            case INT8, INT16, INT32 -> contents.getIntContentsCount();
            case INT64 -> contents.getInt64ContentsCount();
            case UINT8, UINT16, UINT32 -> contents.getUintContentsCount();
            case UINT64 -> contents.getUint64ContentsCount();
            case FP32 -> contents.getFp32ContentsCount();
            case FP64 -> contents.getFp64ContentsCount();
            case BYTES -> contents.getBytesContentsCount();
            case FP16, BF16 ->
                throw UnmaskException.invalid(
                        "input '" + name + "' is " + datatype + ", which comes in raw_input_contents only");
        };
    }

    private static int all(InferTensorContents contents) {
        return contents.getBoolContentsCount()
                + contents.getIntContentsCount()
                + contents.getInt64ContentsCount()
                + contents.getUintContentsCount()
                + contents.getUint64ContentsCount()
                + contents.getFp32ContentsCount()
                + contents.getFp64ContentsCount()
                + contents.getBytesContentsCount();
    }

    private static int size(String name, Datatype datatype, int count, InferTensorContents contents) {
        long size = datatype != Datatype.BYTES
                ? (long) count * datatype.size()
                : contents.getBytesContentsList().stream()
                        .mapToLong(element -> Integer.BYTES + (long) element.size())
                        .sum();
        if (size > Integer.MAX_VALUE) {
            throw UnmaskException.invalid("input '" + name + "' has " + size + " bytes; it may have 2^31-1");
        }
        return (int) size;
    }

    private static void put(String name, Datatype datatype, InferTensorContents contents, int i, ByteBuffer data) {
        switch (datatype) {
            case BOOL -> data.put((byte) (contents.getBoolContents(i) ? 1 : 0));
            case INT8 -> data.put((byte) within(name, contents.getIntContents(i), Byte.MIN_VALUE, Byte.MAX_VALUE));
            case INT16 ->
                data.putShort((short) within(name, contents.getIntContents(i), Short.MIN_VALUE, Short.MAX_VALUE));
            case INT32 -> data.putInt(contents.getIntContents(i));
            case INT64 -> data.putLong(contents.getInt64Contents(i));
            case UINT8 -> data.put((byte) within(name, unsigned(contents, i), 0, (1 << Byte.SIZE) - 1));
            case UINT16 -> data.putShort((short) within(name, unsigned(contents, i), 0, (1 << Short.SIZE) - 1));
            case UINT32 -> data.putInt(contents.getUintContents(i));
            case UINT64 -> data.putLong(contents.getUint64Contents(i));
            case FP32 -> data.putFloat(contents.getFp32Contents(i));
            case FP64 -> data.putDouble(contents.getFp64Contents(i));
            case BYTES -> put(contents.getBytesContents(i), data);
            case FP16, BF16 -> throw new IllegalStateException(datatype + " has no contents");
        }
    }

    private static void put(ByteString element, ByteBuffer data) {
        data.putInt(element.size());
        element.copyTo(data);
    }

    private static long unsigned(InferTensorContents contents, int i) {
        return Integer.toUnsignedLong(contents.getUintContents(i));
    }

    private static long within(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw UnmaskException.invalid(
                    "input '" + name + "' holds the value " + value + ", which is not in " + least + ".." + most);
        }
        return value;
    }
}
