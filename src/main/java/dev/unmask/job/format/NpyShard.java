package dev.unmask.job.format;

import dev.unmask.job.Column;
import dev.unmask.job.Column.Kind;
import dev.unmask.job.Result;
import dev.unmask.job.Table;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/// An array of NumPy's format 1.0 that is being written, and the other columns beside it. Its header says how many
/// rows there are and is written last.
final class NpyShard implements Shard {

    /// A multiple of 64, and room for any shape; `numpy.save` comes to the same.
    private static final int HEADER_BYTES = 128;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

    private final Table table;
    private final Column column;
    private final Shard others;
    private final FileChannel file;
    private final OutputStream array;
    private long rows;

    NpyShard(Path path, Table table, Column column, Shard others) throws IOException {
        this.table = table;
        this.column = column;
        this.others = others;
        this.file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        this.array = new BufferedOutputStream(Channels.newOutputStream(file.position(HEADER_BYTES)));
    }

    @Override
    public void add(Result result) throws IOException {
        Object cell = table.row(result).get(table.columns().indexOf(column));
        array.write(bytes(column.floats(Objects.requireNonNull(cell))));
        others.add(result);
        rows++;
    }

    private byte[] bytes(float[] floats) {
        boolean half = column.kind() == Kind.FLOAT16S;
        ByteBuffer bytes = ByteBuffer.allocate(floats.length * (half ? Short.BYTES : Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (float value : floats) {
            if (half) {
                bytes.putShort(Float.floatToFloat16(value));
            } else {
                bytes.putFloat(value);
            }
        }
        return bytes.array();
    }

    @Override
    public void close() throws IOException {
        try (others;
                file) {
            array.flush();
            file.write(header(), 0);
        }
    }

    private ByteBuffer header() {
        String type = column.kind() == Kind.FLOAT16S ? "<f2" : "<f4";
        String text =
                "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + rows + ", " + column.length() + "), }";
        int room = HEADER_BYTES - MAGIC.length - Short.BYTES;
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC).putShort((short) room);
        header.put((text + " ".repeat(room - 1 - text.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
        return header.flip();
    }
}
