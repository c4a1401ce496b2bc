package io.github.qos4j;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.github.qos4j.spi.QosBackend;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * The borders inside this module.
 */
@AnalyzeClasses(packages = "io.github.qos4j", importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

	private static final String ROOT = "io.github.qos4j";

	private static final String INTERNAL = "io.github.qos4j.internal..";

	private static final String DESCRIPTORS = "io.github.qos4j.internal.jdk..";

	@ArchTest
	static final ArchRule rootFindsBackendsThroughServiceLoaderOnly = noClasses().that()
		.resideInAPackage(ROOT)
		.should()
		.dependOnClassesThat()
		.resideInAPackage(INTERNAL);

	@ArchTest
	static final ArchRule jnaIsSeenByInternalPackagesAlone = noClasses().that()
		.resideOutsideOfPackage(INTERNAL)
		.should()
		.dependOnClassesThat()
		.resideInAPackage("com.sun.jna..");

	@ArchTest
	static final ArchRule descriptorsAreForNativeBackendsAlone = classes().that()
		.resideInAPackage(DESCRIPTORS)
		.should()
		.onlyBeAccessed()
		.byAnyPackage(DESCRIPTORS, "io.github.qos4j.internal.qwave..", "io.github.qos4j.internal.socket..");

	@ArchTest
	static final ArchRule backendsDoNotKnowEachOther = SlicesRuleDefinition.slices()
		.matching("io.github.qos4j.internal.(*)..")
		.should()
		.notDependOnEachOther()
		.ignoreDependency(alwaysTrue(), resideInAPackage(DESCRIPTORS));

	@ArchTest
	static final ArchRule packagesAreFreeOfCycles = SlicesRuleDefinition.slices()
		.matching("io.github.qos4j.(**)")
		.should()
		.beFreeOfCycles();

	@ArchTest
	static final ArchRule coreKnowsNoFramework = noClasses().should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.springframework..", "io.micrometer..", "org.slf4j..");

	@ArchTest
	static final ArchRule publicSignaturesUseTypesOfTheJdkAndOfThisPackage = noClasses().that()
		.resideInAPackage(ROOT)
		.should()
		.dependOnClassesThat()
		.resideOutsideOfPackages(ROOT, "java..", "javax..", "org.jspecify.annotations");

	@ArchTest
	static final ArchRule backendsShowTheirBackendClassOnly = classes().that()
		.resideInAPackage(INTERNAL)
		.and()
		.resideOutsideOfPackage(DESCRIPTORS)
		.and()
		.arePublic()
		.and()
		.areTopLevelClasses()
		.should()
		.implement(QosBackend.class);

}
