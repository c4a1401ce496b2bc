package io.github.qos4j.boot.test;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * The borders of this module.
 */
@AnalyzeClasses(packages = "io.github.qos4j.boot.test", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

	@ArchTest
	static final ArchRule assertionsNeedNoSpring = classes().that()
		.resideInAPackage("io.github.qos4j.boot.test")
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("io.github.qos4j.boot.test", "io.github.qos4j", "io.github.qos4j.recording",
				"org.assertj.core..", "java..", "org.jspecify.annotations");

	@ArchTest
	static final ArchRule backendsStayBehindTheApi = noClasses().should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.github.qos4j.internal..", "com.sun.jna..");

	@ArchTest
	static final ArchRule packagesAreFreeOfCycles = slices().matching("io.github.qos4j.boot.test.(**)")
		.should()
		.beFreeOfCycles();

	@ArchTest
	static final ArchRule noTestFrameworkIsChosen = noClasses().should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.junit..", "org.mockito..", "org.awaitility..");

}
