package dev.unmask.job.format;

import com.google.flatbuffers.FlatBufferBuilder;
import dev.unmask.job.Column;
import dev.unmask.job.Table;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;

/// A table's schema as Apache Arrow keeps it in a Parquet file, which itself knows no list of a fixed size.
final class ArrowSchema {

    private static final int CONTINUES = -1;
    private static final int NONE = 0;

    private final FlatBufferBuilder builder = new FlatBufferBuilder();

    private ArrowSchema() {}

    /// The message that begins a stream of Arrow's, in base64.
    static String of(Table table) {
        byte[] message = new ArrowSchema().message(table);
        int padded = Math.ceilDiv(message.length, Long.BYTES) * Long.BYTES;
        ByteBuffer stream = ByteBuffer.allocate(2 * Integer.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        stream.putInt(CONTINUES).putInt(padded).put(message);
        return Base64.getEncoder().encodeToString(stream.array());
    }

    private byte[] message(Table table) {
        int[] fields = table.columns().stream().mapToInt(this::field).toArray();
        int schema =
                Schema.createSchema(builder, Endianness.Little, Schema.createFieldsVector(builder, fields), NONE, NONE);
        builder.finish(Message.createMessage(builder, MetadataVersion.V5, MessageHeader.Schema, schema, 0, NONE));
        return builder.sizedByteArray();
    }

    private int field(Column column) {
        boolean nullable = !Table.required(column);
        return switch (column.kind()) {
            case TEXT -> field(column.name(), nullable, Type.Utf8, utf8());
            case INT32 -> field(column.name(), nullable, Type.Int, Int.createInt(builder, Integer.SIZE, true));
            case FLOAT64 -> field(column.name(), nullable, Type.FloatingPoint, number(Precision.DOUBLE));
            case FLOAT32S -> list(column, nullable, Precision.SINGLE);
            case FLOAT16S -> list(column, nullable, Precision.HALF);
        };
    }

    private int list(Column column, boolean nullable, short precision) {
        int element = field(ParquetRows.ELEMENT, false, Type.FloatingPoint, number(precision));
        int type = FixedSizeList.createFixedSizeList(builder, column.length());
        return field(column.name(), nullable, Type.FixedSizeList, type, element);
    }

    private int field(String name, boolean nullable, byte type, int typeAt, int... children) {
        int nameAt = builder.createString(name);
        int childrenAt = Field.createChildrenVector(builder, children);
        return Field.createField(builder, nameAt, nullable, type, typeAt, NONE, childrenAt, NONE);
    }

    private int utf8() {
        Utf8.startUtf8(builder);
        return Utf8.endUtf8(builder);
    }

    private int number(short precision) {
        return FloatingPoint.createFloatingPoint(builder, precision);
    }
}
