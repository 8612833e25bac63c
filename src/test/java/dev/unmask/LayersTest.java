package dev.unmask;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Packages depend strictly downward, and each outside library has one home.
@AnalyzeClasses(packages = "dev.unmask", importOptions = DoNotIncludeTests.class)
class LayersTest {

    @ArchTest
    static final ArchRule theVocabularyStandsOnJavaBaseAlone = classes()
            .that()
            .resideInAPackage("dev.unmask")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "dev.unmask",
                    "java.lang..",
                    "java.nio..",
                    "java.security",
                    "java.time",
                    "java.util",
                    "java.util.function",
                    "java.util.stream",
                    "org.jspecify.annotations"));

    @ArchTest
    static final ArchRule imageIsBlindToItsSiblings = noClasses()
            .that()
            .resideInAPackage("dev.unmask.image..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.unmask.ort", "dev.unmask.task", "dev.unmask.cli..");

    @ArchTest
    static final ArchRule ortIsBlindToItsSiblings = noClasses()
            .that()
            .resideInAPackage("dev.unmask.ort")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.unmask.image..", "dev.unmask.task", "dev.unmask.cli..");

    @ArchTest
    static final ArchRule batchKnowsTheVocabularyAlone = classes()
            .that()
            .resideInAPackage("dev.unmask.batch")
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage("dev.unmask", "dev.unmask.batch", "java..", "org.jspecify.annotations"));

    @ArchTest
    static final ArchRule tasksKnowModelsNotEngines = noClasses()
            .that()
            .resideInAPackage("dev.unmask.task")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.unmask.ort", "dev.unmask.cli..");

    @ArchTest
    static final ArchRule jobsKnowTasksOnly = noClasses()
            .that()
            .resideInAPackage("dev.unmask.job..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.unmask.ort",
                    "dev.unmask.door",
                    "dev.unmask.web",
                    "dev.unmask.oip..",
                    "dev.unmask.cli..",
                    "dev.unmask.server");

    @ArchTest
    static final ArchRule onlySourcesKnowArchivesAndLists = noClasses()
            .that()
            .resideOutsideOfPackage("dev.unmask.job.source")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.commons..");

    @ArchTest
    static final ArchRule onlyOrtKnowsOnnxRuntime = noClasses()
            .that()
            .resideOutsideOfPackage("dev.unmask.ort")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.onnxruntime..", "java.lang.foreign..");

    /// Pictures are decoded in plain Java; nothing needs the desktop module.
    @ArchTest
    static final ArchRule nobodyKnowsAwt =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("java.awt..", "javax.imageio..");

    @ArchTest
    static final ArchRule doorsKnowTasksOnly = noClasses()
            .that()
            .resideInAnyPackage("dev.unmask.door", "dev.unmask.web", "dev.unmask.oip..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.unmask.ort", "dev.unmask.batch", "dev.unmask.cli..", "dev.unmask.server");

    @ArchTest
    static final ArchRule theHallKnowsNoDoor = noClasses()
            .that()
            .resideInAPackage("dev.unmask.door")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.unmask.web", "dev.unmask.oip..");

    @ArchTest
    static final ArchRule webIsBlindToItsSibling = noClasses()
            .that()
            .resideInAPackage("dev.unmask.web")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.unmask.oip..");

    @ArchTest
    static final ArchRule oipIsBlindToItsSibling = noClasses()
            .that()
            .resideInAPackage("dev.unmask.oip..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.unmask.web");

    @ArchTest
    static final ArchRule noFrameworkBelowTheDoors = noClasses()
            .that()
            .resideOutsideOfPackages("dev.unmask.door", "dev.unmask.web", "dev.unmask.oip..", "dev.unmask.server")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micronaut..", "jakarta..", "io.micrometer..", "org.slf4j..");

    /// What is seen of the service, and how, is a matter of wiring.
    @ArchTest
    static final ArchRule onlyTheServerKnowsWhoWatches = noClasses()
            .that()
            .resideOutsideOfPackage("dev.unmask.server")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", "io.prometheus..", "io.opentelemetry..", "ch.qos.logback..");

    /// And the load that knocks at it.
    @ArchTest
    static final ArchRule onlyItsDoorKnowsGrpc = noClasses()
            .that()
            .resideOutsideOfPackages("dev.unmask.oip..", "dev.unmask.server", "dev.unmask.cli.bench")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule onlyCommandsKnowPicocli = noClasses()
            .that()
            .resideOutsideOfPackages("dev.unmask.cli..", "dev.unmask.server")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("picocli..");

    @ArchTest
    static final ArchRule onlyFilesOfTablesKnowParquet = noClasses()
            .that()
            .resideOutsideOfPackages("dev.unmask.job.format", "dev.unmask.job.source")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache..", "com.github.luben..", "org.xerial..", "com.google.flatbuffers..");
}
