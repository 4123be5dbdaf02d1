package io.crij.oci.command;

import io.crij.oci.runtime.OciException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a runtime said when it failed, as an exception. Runtimes have no error codes: their words are all there is.
/// Those of runc, crun, youki and runsc are known here; other words stay as they are.
public final class Complaint {
    private static final Pattern COMMAND_NOT_FOUND =
            Pattern.compile("exec: \"([^\"]+)\": (?:executable file not found|stat [^:]*: no such file|no such file)"
                    + "|executable file [`'\"]([^`'\"]+)['\"`] not found"
                    + "|finding executable \"([^\"]+)\" in PATH"
                    + "|executable '([^']+)' (?:for container )?not found");
    private static final Pattern NOT_EXECUTABLE =
            Pattern.compile("exec: \"([^\"]+)\": ((?:permission denied|exec format error|is a directory).*)"
                    + "|exec /?([^ :]+): (exec format error|permission denied)"
                    + "|(open executable|exec container process[^:]*): (Permission denied|Exec format error)");
    private static final Pattern NOT_FOUND = Pattern.compile("(?i)container[^:]* does not exist|no such container"
            + "|/status[`'\"]?: No such file or directory|loading container[^:]*: file does not exist"
            + "|loading container[^:]*: not found");
    private static final Pattern EXISTS = Pattern.compile("(?i)already exists|already in use");
    private static final Pattern NOT_NOW = Pattern.compile(
            "(?i)not running|already (?:stopped|finished|running|paused|started)|no such process|in state |is paused"
                    + "|not paused|not in (?:the )?created|is stopped|is not created");

    private Complaint() {}

    /// @param call what was tried: "runc create of container x"
    /// @param said the words of the runtime
    public static OciException of(String id, String call, String said) {
        Matcher missing = COMMAND_NOT_FOUND.matcher(said);
        if (missing.find()) {
            return new OciException.CommandNotFound(group(missing));
        }
        Matcher refused = NOT_EXECUTABLE.matcher(said);
        if (refused.find()) {
            return new OciException.CommandNotExecutable(group(refused), said.substring(refused.start()));
        }
        if (NOT_FOUND.matcher(said).find()) {
            return new OciException.NotFound(id);
        }
        String message = call + " failed: " + said;
        if (EXISTS.matcher(said).find()) {
            return new OciException.AlreadyExists(id);
        }
        if (NOT_NOW.matcher(said).find()) {
            return new OciException.WrongState(message);
        }
        return new OciException.StepFailed(message, 0);
    }

    private static String group(Matcher matcher) {
        for (int group = 1; group <= matcher.groupCount(); group++) {
            if (matcher.group(group) != null) {
                return matcher.group(group);
            }
        }
        return matcher.group();
    }
}
