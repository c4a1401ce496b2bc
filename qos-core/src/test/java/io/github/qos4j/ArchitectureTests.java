package io.github.qos4j;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.github.qos4j.internal.handle.DefaultQosHandleBuilder;
import io.github.qos4j.spi.QosBackend;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The borders inside this module.
 */
@AnalyzeClasses(packages = "io.github.qos4j", importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

	private static final String ROOT = "io.github.qos4j";

	/** How many classes a package may have that need not be read one by one. */
	private static final int LARGE = 10;

	private static final String SPI = "io.github.qos4j.spi";

	private static final String INTERNAL = "io.github.qos4j.internal..";

	private static final String UTIL = "io.github.qos4j.internal.util";

	private static final String DESCRIPTORS = "io.github.qos4j.internal.jdk";

	private static final String HANDLE = "io.github.qos4j.internal.handle";

	private static final String SELECTION = "io.github.qos4j.internal.backend";

	/** What is allowed for the sake of {@link QosHandle#builder()} alone. */
	private static final DescribedPredicate<JavaClass> HANDLE_BUILDER = type(DefaultQosHandleBuilder.class);

	@ArchTest
	static final ArchRule rootKnowsItselfAndTheLeafAlone = classes().that()
		.resideInAPackage(ROOT)
		.should()
		.onlyDependOnClassesThat(
				resideInAnyPackage(ROOT, UTIL, "java..", "org.jspecify.annotations").or(HANDLE_BUILDER));

	@ArchTest
	static final ArchRule builderOfHandlesIsKnownToTheHandleAlone = noClasses().that()
		.resideOutsideOfPackage(HANDLE)
		.and(not(type(QosHandle.class)))
		.should()
		.dependOnClassesThat(HANDLE_BUILDER);

	@ArchTest
	static final ArchRule spiKnowsTheRootAndTheLeafAlone = classes().that()
		.resideInAPackage(SPI)
		.should()
		.onlyDependOnClassesThat(resideInAnyPackage(SPI, ROOT, UTIL, "java..", "org.jspecify.annotations"));

	@ArchTest
	static final ArchRule leafKnowsTheJdkAlone = classes().that()
		.resideInAPackage(UTIL)
		.should()
		.onlyDependOnClassesThat(resideInAnyPackage(UTIL, "java..", "org.jspecify.annotations"));

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
	static final ArchRule backendsKnowNeitherEachOtherNorTheHandle = SlicesRuleDefinition.slices()
		.matching("io.github.qos4j.internal.(*)..")
		.should()
		.notDependOnEachOther()
		.ignoreDependency(alwaysTrue(), resideInAnyPackage(DESCRIPTORS, UTIL))
		.ignoreDependency(resideInAPackage(HANDLE), resideInAPackage(SELECTION));

	@ArchTest
	static final ArchRule packagesAreFreeOfCycles = SlicesRuleDefinition.slices()
		.assignedFrom(new ByPackage())
		.should()
		.beFreeOfCycles()
		.ignoreDependency(type(QosHandle.class), HANDLE_BUILDER);

	@ArchTest
	static final ArchRule coreKnowsNoFramework = noClasses().should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.springframework..", "io.micrometer..", "org.slf4j..");

	@ArchTest
	static final ArchRule backendsShowTheirBackendClassOnly = classes().that()
		.resideInAPackage(INTERNAL)
		.and()
		.resideOutsideOfPackages(DESCRIPTORS, UTIL, HANDLE, SELECTION)
		.and()
		.arePublic()
		.and()
		.areTopLevelClasses()
		.should()
		.implement(QosBackend.class);

	/**
	 * In packages of more than ten classes, so that each can be read by itself.
	 */
	@ArchTest
	static void classesOfLargePackagesAreFreeOfCycles(JavaClasses classes) {
		Map<String, List<JavaClass>> packages = classes.stream()
			.filter(JavaClass::isTopLevelClass)
			.filter((type) -> !type.getSimpleName().equals("package-info"))
			.collect(Collectors.groupingBy(JavaClass::getPackageName));
		packages.values().removeIf((members) -> members.size() <= LARGE);
		assertThat(packages).containsKeys(ROOT, HANDLE);
		packages.keySet()
			.forEach((name) -> SlicesRuleDefinition.slices()
				.assignedFrom(new ByClass(name))
				.should()
				.beFreeOfCycles()
				.check(classes));
	}

	/**
	 * Each class of a package is a slice, with the classes nested in it.
	 *
	 * @param packageName the package
	 */
	private record ByClass(String packageName) implements SliceAssignment {

		@Override
		public SliceIdentifier getIdentifierOf(JavaClass type) {
			return type.getPackageName().equals(this.packageName)
					? SliceIdentifier.of(type.getName().replaceFirst("\\$.*", "")) : SliceIdentifier.ignore();
		}

		@Override
		public String getDescription() {
			return "classes of " + this.packageName;
		}

	}

	/**
	 * Each package is a slice, the root too.
	 */
	private static final class ByPackage implements SliceAssignment {

		@Override
		public SliceIdentifier getIdentifierOf(JavaClass type) {
			return SliceIdentifier.of(type.getPackageName());
		}

		@Override
		public String getDescription() {
			return "packages";
		}

	}

}
