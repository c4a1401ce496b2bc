package io.github.qos4j.boot;

import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Bean;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * Borders of this module, and rules that Spring Boot has for auto-configurations.
 */
@AnalyzeClasses(packages = "io.github.qos4j.boot", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

	@ArchTest
	static final ArchRule autoConfigurationsArePublicAndFinal = classes().that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(JavaModifier.FINAL);

	@ArchTest
	static final ArchRule autoConfigurationsHaveNoPublicMembers = members().that()
		.areDeclaredInClassesThat()
		.areAnnotatedWith(AutoConfiguration.class)
		.and(describe("are no default constructors", (member) -> !isDefaultConstructor(member)))
		.should()
		.notBePublic();

	@ArchTest
	static final ArchRule beanMethodsHaveNoClassCondition = methods().that()
		.areAnnotatedWith(Bean.class)
		.should()
		.notBeAnnotatedWith(ConditionalOnClass.class)
		.andShould()
		.notBeAnnotatedWith(ConditionalOnMissingClass.class)
		.because("it would come too late: the class of the method would have been loaded");

	@ArchTest
	static final ArchRule packagesAreFreeOfCycles = slices().matching("io.github.qos4j.boot.(**)")
		.should()
		.beFreeOfCycles();

	@ArchTest
	static final ArchRule backendsStayBehindTheApi = noClasses().should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.github.qos4j.internal..", "com.sun.jna..");

	@ArchTest
	static final ArchRule actuatorIsOptional = noClasses().that()
		.resideOutsideOfPackages("..endpoint..", "..health..", "..info..", "..server.management..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.springframework.boot.health..", "org.springframework.boot.actuate..");

	@ArchTest
	static final ArchRule meterRegistriesAreOptional = noClasses().that()
		.resideOutsideOfPackage("..metrics..")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.micrometer.core..");

	@ArchTest
	static final ArchRule whatIsConfiguredKnowsNoAutoConfiguration = noClasses().that()
		.resideOutsideOfPackage("..autoconfigure..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("..autoconfigure..");

	private static boolean isDefaultConstructor(JavaMember member) {
		return member instanceof JavaConstructor constructor && constructor.getRawParameterTypes().isEmpty();
	}

}
