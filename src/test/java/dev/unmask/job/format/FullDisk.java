package dev.unmask.job.format;

import java.io.IOException;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/// A disk with room for so many bytes.
record FullDisk(long room) implements OutputFile {

    static final String MESSAGE = "No space left on device";

    @Override
    public PositionOutputStream create(long blockSize) {
        return new Stream(room);
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSize) {
        return new Stream(room);
    }

    @Override
    public boolean supportsBlockSize() {
        return false;
    }

    @Override
    public long defaultBlockSize() {
        return 0;
    }

    private static final class Stream extends PositionOutputStream {

        private final long room;
        private long written;

        Stream(long room) {
            this.room = room;
        }

        @Override
        public long getPos() {
            return written;
        }

        @Override
        public void write(int value) throws IOException {
            if (written == room) {
                throw new IOException(MESSAGE);
            }
            written++;
        }
    }
}
