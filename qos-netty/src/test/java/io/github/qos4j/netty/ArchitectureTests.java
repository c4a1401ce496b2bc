package io.github.qos4j.netty;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * The borders of this module.
 */
@AnalyzeClasses(packages = "io.github.qos4j.netty", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

	@ArchTest
	static final ArchRule knowsTheCoreAndTheTransportsOfNettyAlone = classes().should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("io.github.qos4j.netty", "io.github.qos4j", "io.github.qos4j.policy", "io.netty.channel",
				"io.netty.channel.nio", "io.netty.channel.socket", "io.netty.channel.unix", "io.netty.util..", "java..",
				"org.jspecify.annotations");

	@ArchTest
	static final ArchRule commonClassesOfNativeTransportsMayBeAbsent = noClasses().that()
		.haveSimpleNameNotStartingWith("UnixSocket")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.netty.channel.unix");

}
