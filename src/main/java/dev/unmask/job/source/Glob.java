package dev.unmask.job.source;

import dev.unmask.UnmaskException;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Files by a pattern, as [java.nio.file.FileSystem#getPathMatcher] has them, but that the `**/` of `photos/**/*.jpg`
/// may stand for no folder too.
///
/// @param base the folder that is gone through
/// @param depth of folders below which nothing can match
/// @param kind of files that are meant: pictures, unless the pattern ends as archives or lists do
record Glob(Path base, int depth, PathMatcher matcher, Kind kind) {

    private static final Pattern SPECIAL = Pattern.compile("[*?\\[{\\\\]");
    private static final Pattern ANY_FOLDERS = Pattern.compile("(^|/)\\*\\*/");

    static boolean isOne(String argument) {
        return SPECIAL.matcher(argument).find();
    }

    static Glob of(String argument) {
        String pattern = argument.replaceAll("/+", "/");
        List<String> parts = Arrays.asList(pattern.split("/"));
        int plain = (int) parts.stream().takeWhile(part -> !isOne(part)).count();
        String base = String.join("/", parts.subList(0, plain));
        try {
            String syntax = "glob:" + ANY_FOLDERS.matcher(pattern).replaceAll("$1{,**/}");
            return new Glob(
                    Path.of(base.isEmpty() && plain > 0 ? "/" : base),
                    pattern.contains("**") ? Integer.MAX_VALUE : parts.size() - plain,
                    FileSystems.getDefault().getPathMatcher(syntax),
                    kind(pattern));
        } catch (PatternSyntaxException e) {
            throw UnmaskException.invalid("'" + argument + "' is not a glob: " + e.getDescription());
        } catch (InvalidPathException e) {
            throw UnmaskException.invalid("'" + argument + "' is not a path here: " + e.getReason());
        }
    }

    /// The files that match.
    Folder files() {
        return new Folder(base, path -> Kind.of(path.toString()) == kind && matcher.matches(path), depth);
    }

    private static Kind kind(String pattern) {
        Kind kind = Kind.of(pattern);
        return kind == Kind.OTHER ? Kind.PICTURE : kind;
    }
}
